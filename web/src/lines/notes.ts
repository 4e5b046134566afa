// What is written on the map beside the register: numbers as proposed, reference objects with the rays to them, a
// stretch of a line. Pure.
import type { MarkerPage, Numbered, OnLine, Stretch } from '../api/lines'
import type { LonLat } from '../api/types'

/** `ray`: thin and dashed; `stretch`: bold; `object`, `known`, `number`: points with a name. */
export type NoteKind = 'ray' | 'stretch' | 'object' | 'known' | 'number' | 'kept'

export interface Note {
  kind: NoteKind
  label: string
  at: LonLat[]
}

/** Reference objects where their figures lead, and where they are known to stand. */
export function objectNotes({ at, references }: MarkerPage): Note[] {
  if (!at) return []
  return references.flatMap(({ object, computed, known }): Note[] => [
    ...(computed ? [{ kind: 'ray' as const, label: '', at: [at, computed] }, { kind: 'object' as const, label: object, at: [computed] }] : []),
    ...(known ? [{ kind: 'known' as const, label: computed ? '' : object, at: [known] }] : []),
  ])
}

/** The end of a number that tells markers of one line apart: without the code of the line. */
export const shortNumber = (number: string, line: string | null): string =>
  line && number.startsWith(line) && number.length > line.length ? number.slice(line.length) : number

export function numberNotes(proposed: readonly Numbered[], places: readonly OnLine[], line: string | null): Note[] {
  const at = new Map(places.map((one) => [one.id, one.at]))
  return proposed.flatMap(({ id, before, after }): Note[] => {
    const place = at.get(id)
    return place ? [{ kind: before === after ? 'kept' : 'number', label: shortNumber(after, line), at: [place] }] : []
  })
}

export const stretchNotes = (stretch: Stretch): Note[] =>
  stretch.shape.length > 1 ? [{ kind: 'stretch', label: stretch.number, at: stretch.shape }] : []
