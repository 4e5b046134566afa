// Lists of things (a marker's reference objects, a name's events in law) as rows to be written: what was not
// touched stays as it came, a row taken away can be brought back until it is saved.
import type { CodeLists, FieldDef, Json } from '../api/types'
import { readCell, writeCell, type Misread } from '../table/read'

export interface ListedRow {
  /** stays its own while rows come and go */
  key: number
  /** as it came; nothing for a row that is new */
  base: Record<string, Json>
  /** members as they are written */
  texts: Record<string, string>
  /** taken away, unless it is brought back */
  gone: boolean
}

export interface Listed {
  value: Json
  /** rows by key, then members, that cannot be read */
  wrong: Record<number, Record<string, Misread>>
}

/** Whether a field is a list of things whose members are known. */
export const isListed = (field: FieldDef): boolean => field.kind === 'list' && field.items === 'object' && (field.members ?? []).length > 0

/** What one row is made of, as fields of a form. */
export const membersOf = (field: FieldDef): FieldDef[] => (field.members ?? []).map((member) => ({ ...member, required: false, help: null }))

const isObject = (value: Json): value is Record<string, Json> => value !== null && typeof value === 'object' && !Array.isArray(value)

export function listedRows(value: Json | undefined, field: FieldDef, lists: CodeLists, language: 'zh' | 'en'): ListedRow[] {
  const items = Array.isArray(value) ? value.filter(isObject) : []
  return items.map((base, key) => ({ key, base, texts: textsOf(base, field, lists, language), gone: false }))
}

export function newRow(rows: readonly ListedRow[], field: FieldDef): ListedRow {
  const texts = Object.fromEntries(membersOf(field).map(({ name }) => [name, '']))
  return { key: Math.max(-1, ...rows.map(({ key }) => key)) + 1, base: {}, texts, gone: false }
}

const textOf = (value: Json | undefined, member: FieldDef, lists: CodeLists, language: 'zh' | 'en'): string =>
  member.kind === 'date' && typeof value === 'string' ? value : writeCell(value, member, lists, language)

function textsOf(base: Record<string, Json>, field: FieldDef, lists: CodeLists, language: 'zh' | 'en'): Record<string, string> {
  return Object.fromEntries(membersOf(field).map((member) => [member.name, textOf(base[member.name], member, lists, language)]))
}

/** The rows as a value of the field; one in which nothing is written is left out. */
export function readListed(rows: readonly ListedRow[], field: FieldDef, lists: CodeLists, language: 'zh' | 'en'): Listed {
  const members = membersOf(field)
  const wrong: Listed['wrong'] = {}
  const items: Record<string, Json>[] = []
  for (const row of rows) {
    if (row.gone) continue
    let item: Record<string, Json> = { ...row.base }
    for (const member of members) {
      const text = row.texts[member.name] ?? ''
      if (text === textOf(row.base[member.name], member, lists, language)) continue
      const read = readCell(text, member, lists)
      if ('misread' in read) {
        wrong[row.key] = { ...wrong[row.key], [member.name]: read.misread }
        item[member.name] = text
      } else if (read.value === null) item = Object.fromEntries(Object.entries(item).filter(([name]) => name !== member.name))
      else item[member.name] = read.value
    }
    if (Object.values(item).some((value) => value !== null && value !== '')) items.push(item)
  }
  return { value: items.length > 0 ? items : null, wrong }
}
