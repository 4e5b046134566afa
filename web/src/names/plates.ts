// What a street's numbers look like on the map, and the numbers that are not given, as one writes them. Pure.
import type { NumberedPlate, NumberingAnswer } from '../api/plates'
import type { LonLat } from '../api/types'
import type { Note, NoteKind } from '../lines/notes'

const MOST = 100
const KIND: Record<NumberedPlate['state'], NoteKind> = { new: 'number', changed: 'number', kept: 'kept', shared: 'kept', reserved: 'known' }

/** The street from its origin, every number, and what the checks find of them. */
export function plateNotes({ street, plates, findings }: NumberingAnswer): Note[] {
  const line = (street?.line.type === 'LineString' ? street.line.coordinates : []) as unknown as LonLat[]
  return [
    ...(line.length > 1 ? [{ kind: 'stretch' as const, label: '', at: line }] : []),
    ...plates.map(({ state, text, at }) => ({ kind: KIND[state], label: text, at: [at] })),
    ...findings.flatMap(({ at, rule }) => (at ? [{ kind: 'object' as const, label: rule, at: [at] }] : [])),
  ]
}

/** “4、13 14” as numbers, each once; null where something else stands in it. */
export function readSkip(text: string): number[] | null {
  const words = text.split(/[\s,，、;；]+/u).filter(Boolean)
  const numbers = words.map((word) => (/^\d{1,6}$/.test(word) ? Number(word) : 0))
  return numbers.length <= MOST && numbers.every((number) => number > 0) ? [...new Set(numbers)].sort((a, b) => a - b) : null
}

/** Numbers in the order in which one walks: from the origin on. */
export const inOrder = (plates: readonly NumberedPlate[]): NumberedPlate[] => [...plates].sort((a, b) => a.along_m - b.along_m || a.number - b.number)
