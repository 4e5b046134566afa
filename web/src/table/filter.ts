// What is asked of a column and in which order, as the server reads it (CQL2 text, sortby).
import type { FieldDef, Json } from '../api/types'

export type ColumnFilter =
  | { kind: 'text'; contains: string }
  | { kind: 'choice'; codes: string[] }
  | { kind: 'range'; from: string; to: string }
  | { kind: 'empty' }

export type Filters = Record<string, ColumnFilter>
export interface Sort {
  name: string
  down: boolean
}

export const filterable = (field: FieldDef): boolean => field.kind !== 'list'
export const sortable = filterable

/** How a column is filtered, unless for being empty. */
export function kindOfFilter(field: FieldDef): 'text' | 'choice' | 'range' {
  if (field.kind === 'bool' || field.list) return 'choice'
  return field.kind === 'text' ? 'text' : 'range'
}

const quoted = (text: string) => `'${text.replaceAll("'", "''")}'`
const pattern = (text: string) => quoted(`%${text.replace(/[\\%_]/g, '\\$&')}%`)

/** Whether the filter asks anything. */
export function asks(filter: ColumnFilter): boolean {
  if (filter.kind === 'text') return filter.contains.trim() !== ''
  if (filter.kind === 'choice') return filter.codes.length > 0
  if (filter.kind === 'range') return filter.from !== '' || filter.to !== ''
  return true
}

function condition(field: FieldDef, filter: ColumnFilter): string {
  const { name } = field
  if (filter.kind === 'empty') return `${name} IS NULL`
  if (filter.kind === 'text') return `CASEI(${name}) LIKE CASEI(${pattern(filter.contains.trim())})`
  if (filter.kind === 'choice') {
    if (field.kind === 'bool') return filter.codes.map((code) => `${name} = ${code === 'true' ? 'TRUE' : 'FALSE'}`).join(' OR ')
    return `${name} IN (${filter.codes.map(quoted).join(', ')})`
  }
  const end = (text: string) => (field.kind === 'date' ? `DATE(${quoted(text)})` : text)
  return [filter.from && `${name} >= ${end(filter.from)}`, filter.to && `${name} <= ${end(filter.to)}`].filter(Boolean).join(' AND ')
}

/** All filters together; empty where nothing is asked. */
export function cql(filters: Filters, fields: readonly FieldDef[]): string {
  const parts = fields.flatMap((field) => {
    const filter = filters[field.name]
    return filter && filterable(field) && asks(filter) ? [`(${condition(field, filter)})`] : []
  })
  return parts.join(' AND ')
}

/** What every record that meets the filters has: of each column the one value that is let through. */
export function givenBy(filters: Filters, fields: readonly FieldDef[]): Record<string, Json> {
  return Object.fromEntries(fields.flatMap((field): [string, Json][] => {
    const filter = filters[field.name]
    const [only, ...others] = filter?.kind === 'choice' ? filter.codes : []
    if (only === undefined || others.length > 0) return []
    return [[field.name, field.kind === 'bool' ? only === 'true' : only]]
  }))
}

export const sortby = (sort: Sort | null): string => (sort ? `${sort.down ? '-' : ''}${sort.name}` : '')

/** What a click on a column's head asks for: up, down, the register's order. */
export function nextSort(sort: Sort | null, name: string): Sort | null {
  if (sort?.name !== name) return { name, down: false }
  return sort.down ? null : { name, down: true }
}
