// Columns of a file and fields of a layer: what was recognised, what a person chose, what is sent. Pure.
import type { Draft, Source } from '../api/imports'
import type { FieldDef, Json } from '../api/types'

/** Fields by column; null: kept among the other properties. */
export type Mapping = Record<string, string | null>

/** Fields that a file may fill beside those of the layer. */
export const APART = ['id', 'version', 'extra'] as const

const bare = (text: string) => text.normalize('NFKC').toLowerCase().replace(/[\s_\-()（）]/g, '')

/** What can be said without the server: columns called like a field. Each field takes one column. */
export function byName(columns: readonly string[], fields: readonly FieldDef[]): Mapping {
  const taken = new Set<string>()
  return Object.fromEntries(
    columns.map((column) => {
      const called = bare(column)
      const field = fields.find(({ name, title }) => !taken.has(name) && [name, title.zh, title.en].some((text) => bare(text) === called))
      if (field) taken.add(field.name)
      return [column, field?.name ?? null]
    }),
  )
}

/** How a trial took the columns. */
export function asTaken(draft: Pick<Draft, 'columns'>): Mapping {
  return Object.fromEntries(draft.columns.map(({ column, field }) => [column, field]))
}

/** Gives a field to a column; the column that had it goes to the other properties. */
export function assign(mapping: Mapping, column: string, field: string | null): Mapping {
  const freed = Object.entries(mapping).map(([other, had]): [string, string | null] => [other, had !== null && had === field ? null : had])
  return { ...Object.fromEntries(freed), [column]: field }
}

/**
 * The mapping as the server is told it: every field by name, with its column or with nothing, so that
 * nothing is recognised anew behind the back of the person who chose.
 */
export function told(mapping: Mapping, fields: readonly FieldDef[]): Record<string, string> {
  const columnOf = new Map(Object.entries(mapping).flatMap(([column, field]): [string, string][] => (field === null ? [] : [[field, column]])))
  const names = new Set([...fields.map(({ name }) => name), ...APART, ...columnOf.keys()])
  return Object.fromEntries([...names].map((name) => [name, columnOf.get(name) ?? '']))
}

/** A mapping out of what a profile or an earlier trial was told; columns that are not there are left out. */
export function fromTold(map: Record<string, string>, columns: readonly string[]): Mapping {
  const fieldOf = new Map(Object.entries(map).map(([field, column]) => [column, field]))
  return Object.fromEntries(columns.map((column) => [column, fieldOf.get(column) ?? null]))
}

/** Required fields that no column fills and that have no value for all rows. */
export function unfilled(mapping: Mapping, fields: readonly FieldDef[], constants: Record<string, string> = {}): FieldDef[] {
  const filled = new Set(Object.values(mapping))
  return fields.filter(({ name, required }) => required && !filled.has(name) && !constants[name]?.trim())
}

/** Fields that can have one value for all rows: not what tells records apart or holds several things; the source is asked for by itself. */
export const mayBeConstant = ({ name, kind }: Pick<FieldDef, 'name' | 'kind'>): boolean => name !== 'code' && name !== 'source' && kind !== 'list'

/** The first few different values of a column. */
export function examples(source: Pick<Source, 'sample'>, column: string, most = 3): string[] {
  const values = source.sample.map((row) => row[column]).filter((value) => value !== null && value !== undefined && value !== '')
  return [...new Set(values.map((value) => written(value)))].slice(0, most)
}

export function written(value: Json | undefined): string {
  if (value === null || value === undefined) return ''
  return typeof value === 'object' ? JSON.stringify(value) : String(value)
}
