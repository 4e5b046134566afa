// Figures and values as an office writes them: thousands separated, units always, lists by their titles.
import type { CodeLists, FieldDef, Json } from '../api/types'

export type Language = 'zh' | 'en'

const group = new Intl.NumberFormat('en-US', { maximumFractionDigits: 6 })

/** 1234567.5 → 1,234,567.5 */
export function grouped(value: number): string {
  return group.format(value)
}

function rounded(value: number, digits: number): string {
  return value.toLocaleString('en-US', { minimumFractionDigits: digits, maximumFractionDigits: digits })
}

/** An area in km² (small ones in m²). */
export function area(m2: number): string {
  return m2 < 10_000 ? `${rounded(m2, 0)} m²` : `${rounded(m2 / 1e6, m2 < 1e8 ? 4 : 2)} km²`
}

/** The same area in 亩 (1 亩 = 2000/3 m²). */
export function areaMu(m2: number): string {
  return rounded((m2 * 3) / 2000, 1)
}

/** A length in m, from 1 km on in km. */
export function length(m: number): string {
  return m < 1000 ? `${rounded(m, 1)} m` : `${rounded(m / 1000, 3)} km`
}

/** A moment (RFC 3339) in the reader's clock of China: 2026-11-21 19:05. */
export function moment(at: string): string {
  const time = new Date(at)
  if (Number.isNaN(time.getTime())) return at
  const parts = new Intl.DateTimeFormat('sv-SE', {
    timeZone: 'Asia/Shanghai',
    year: 'numeric',
    month: '2-digit',
    day: '2-digit',
    hour: '2-digit',
    minute: '2-digit',
  }).format(time)
  return parts
}

/** An interval of validity; an open end is written as a dash. */
export function interval(from: string | null, to: string | null, always: string): string {
  if (!from && !to) return always
  return `${from ?? '…'} — ${to ?? '…'}`
}

/** The title of a code in its list, the code itself where the list does not know it. */
export function codeTitle(lists: CodeLists, list: string | null, code: string, language: Language): string {
  const value = list ? lists[list]?.values.find((candidate) => candidate.code === code) : undefined
  return value?.title[language] ?? code
}

export interface ValueWords {
  yes: string
  no: string
  none: string
}

export type ValueField = Pick<FieldDef, 'kind' | 'unit' | 'list' | 'name' | 'members'>

const NAMELESS: ValueField = { name: '', kind: 'text', list: null, unit: null }

/** One value of a field as a person reads it, with unit and code title. */
export function fieldValue(
  value: Json | undefined,
  field: ValueField | undefined,
  lists: CodeLists,
  language: Language,
  words: ValueWords,
): string {
  if (value === null || value === undefined || value === '') return words.none
  if (typeof value === 'boolean') return value ? words.yes : words.no
  if (typeof value === 'number') {
    const figure = isYear(field?.name) ? String(value) : grouped(value)
    return field?.unit ? `${figure} ${field.unit}` : figure
  }
  if (typeof value === 'string') {
    if (field?.list) return codeTitle(lists, field.list, value, language)
    return field?.unit ? `${value} ${field.unit}` : value
  }
  if (Array.isArray(value)) {
    if (value.length === 0) return words.none
    const things = value.some((item) => item !== null && typeof item === 'object')
    const between = things ? { zh: '；', en: '; ' } : { zh: '、', en: ', ' }
    const item: ValueField = { ...NAMELESS, members: field?.members }
    return value.map((one) => fieldValue(one, item, lists, language, words)).join(between[language])
  }
  const member = (name: string) => field?.members?.find((one) => one.name === name)
  return Object.entries(value)
    .filter(([, item]) => item !== null && item !== '')
    .map(([name, item]) => [field ? '' : name, fieldValue(item, member(name) ?? NAMELESS, lists, language, words)].filter(Boolean).join(' '))
    .join(' · ')
}

function isYear(name: string | undefined): boolean {
  return name === 'zone' || (name?.endsWith('_year') ?? false)
}
