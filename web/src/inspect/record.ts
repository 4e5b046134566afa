// What a side's form says: begun from its record or from nothing, turned into what is sent, and what follows from it
// (tolerance, condition afterwards, what still lacks). Pure. The server decides the same again.
import type { Said, Tolerance } from '../api/inspections'
import type { Json, LonLat } from '../api/types'

export type Answer = 'yes' | 'no' | ''

/** The form's values: words of code lists, yes or no, texts; '' is nothing. */
export interface Sheet {
  inspected: string
  weather: string
  inspectors: string
  found: Answer
  device: string
  accuracy_m: string
  condition: string
  inscription: string
  references_valid: Answer
  references_text: string
  surroundings: string
  action: string
  repaired_by: string
  neighbour_present: Answer
  neighbour_names: string
  feature_changed: Answer
  terrain_change: string
  recognisable: Answer
  cross_line_works: string
  dispute_grade: string
  dispute_text: string
  resurvey: Answer
  opinion: string
}

const YES_NO = ['found', 'references_valid', 'neighbour_present', 'feature_changed', 'recognisable', 'resurvey'] as const
const LISTS = ['inspectors', 'neighbour_names'] as const
const NUMBERS = ['accuracy_m'] as const
const NAMES: readonly (keyof Sheet)[] = [
  'inspected', 'weather', 'inspectors', 'found', 'device', 'accuracy_m', 'condition', 'inscription', 'references_valid', 'references_text',
  'surroundings', 'action', 'repaired_by', 'neighbour_present', 'neighbour_names', 'feature_changed', 'terrain_change', 'recognisable',
  'cross_line_works', 'dispute_grade', 'dispute_text', 'resurvey', 'opinion',
]
const has = <T extends string>(names: readonly T[], name: string): name is T => (names as readonly string[]).includes(name)

/** Names as people separate them. */
export const listed = (text: string): string[] => text.split(/[、,，;；\s]+/).map((one) => one.trim()).filter(Boolean)

function asText(value: Json | undefined): string {
  if (value === undefined || value === null) return ''
  if (typeof value === 'boolean') return value ? 'yes' : 'no'
  if (Array.isArray(value)) return value.map(String).join('、')
  return typeof value === 'object' ? '' : String(value)
}

/** The form as it begins: the side's own record, else today with who was there last. */
export function begun(said: Said | undefined, today: string, inspectors: string): Sheet {
  const sheet = Object.fromEntries(NAMES.map((name) => [name, asText(said?.fields[name])])) as unknown as Sheet
  if (!said) Object.assign(sheet, { inspected: today, inspectors })
  return sheet
}

function asJson(name: keyof Sheet, text: string): Json {
  const plain = text.trim()
  if (plain === '') return null
  if (has(YES_NO, name)) return plain === 'yes'
  if (has(LISTS, name)) return listed(plain)
  if (has(NUMBERS, name)) return Number.isFinite(Number(plain)) ? Number(plain) : null
  return plain
}

/** What has changed against how it began, as it is sent. */
export function changes(before: Sheet, now: Sheet, fresh: boolean): Record<string, Json> {
  const differ = NAMES.filter((name) => (fresh ? now[name].trim() !== '' : now[name].trim() !== before[name].trim()))
  return Object.fromEntries(differ.map((name) => [name, asJson(name, now[name])]))
}

/** Metres that a position may be off with a device; one that calls itself worse is not held against the marker. */
export function toleranceOf(tolerance: Tolerance | null, device: string, accuracy: number | null): number | null {
  if (!tolerance) return null
  const own = device === 'phone' || device === 'handheld' ? tolerance.phone_m : tolerance.gnss_m
  return Math.max(own, accuracy ?? 0)
}

const CURES: Readonly<Record<string, readonly string[]>> = {
  repainted: ['faded'],
  repaired: ['faded', 'tilted', 'damaged'],
  re_erected: ['tilted', 'moved'],
  replaced: ['faded', 'tilted', 'damaged', 'lost', 'moved'],
  moved_back: ['moved'],
}

/** The condition in which the marker is left, '' where the form says nothing of it (see the server's `condition.rs`). */
export function leftIn({ found, condition, action }: Pick<Sheet, 'found' | 'condition' | 'action'>): string {
  const seen = condition || (found === 'no' ? 'lost' : '')
  return CURES[action]?.includes(seen) ? 'intact' : seen
}

export type Lack = 'found' | 'condition' | 'recognisable' | 'neighbour' | 'where' | 'disputeText' | 'by'

/** What the record should not be saved without. */
export function lacks(sheet: Sheet, subject: 'marker' | 'segment', by: string): Lack[] {
  const lack: Lack[] = []
  if (subject === 'marker') {
    if (sheet.found === '') lack.push('found')
    if (sheet.found === 'yes' && sheet.condition === '') lack.push('condition')
  } else if (sheet.recognisable === '') lack.push('recognisable')
  if (sheet.dispute_grade !== '' && sheet.dispute_grade !== 'none' && sheet.dispute_text.trim() === '') lack.push('disputeText')
  if (by.trim() === '') lack.push('by')
  return lack
}

/** What may be saved and will be found wanting: a repair without the neighbour (B11), a marker without its place. */
export function warnings(sheet: Sheet, subject: 'marker' | 'segment', at: LonLat | null, repairs: readonly string[]): Lack[] {
  const lack: Lack[] = []
  if (repairs.includes(sheet.action) && sheet.neighbour_present !== 'yes') lack.push('neighbour')
  if (subject === 'marker' && sheet.found === 'yes' && !at) lack.push('where')
  return lack
}
