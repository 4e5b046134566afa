// Rows in groups of a field: which fields can be grouped by, and what one group asks of the server. Pure.
import type { FieldDef, Group } from '../api/types'

/** The field of the groups and, for divisions, the level at which they are taken together. */
export interface Grouping {
  field: string
  level: string | null
}

/** Levels of divisions that others are taken together at, from the top. */
export const LEVELS = ['county', 'township', 'community'] as const

const quoted = (text: string) => `'${text.replaceAll("'", "''")}'`

export const groupable = (field: FieldDef): boolean => field.kind !== 'list' && field.kind !== 'real'

/** Whether a field names a division by its code. */
export const ofDivision = (field: FieldDef): boolean => field.refers?.layer === 'division' && field.refers.by === 'code'

function equals(field: FieldDef, value: string | number | boolean): string {
  if (typeof value === 'boolean') return `${field.name} = ${value ? 'TRUE' : 'FALSE'}`
  if (typeof value === 'number') return `${field.name} = ${String(value)}`
  return field.kind === 'date' ? `${field.name} = DATE(${quoted(value)})` : `${field.name} = ${quoted(value)}`
}

/** The records of one group, as a condition. */
export function conditionOf(field: FieldDef, group: Pick<Group, 'value' | 'values'>): string {
  const { value, values } = group
  const none = `${field.name} IS NULL`
  if (values) {
    // codes of divisions begin with the code of the one above them: shorter than naming them all
    if (typeof value === 'string' && values.length > 3 && values.every((one) => one.startsWith(value) && !/[%_]/.test(value))) return `${field.name} LIKE ${quoted(`${value}%`)}`
    if (values.length === 0) return none
    const among = `${field.name} IN (${values.map(quoted).join(', ')})`
    return value === null ? `(${none} OR ${among})` : among
  }
  return value === null ? none : equals(field, value)
}

/** Several conditions together; empty ones ask nothing. */
export const allOf = (...conditions: string[]): string => conditions.filter((one) => one !== '').map((one) => `(${one})`).join(' AND ')
