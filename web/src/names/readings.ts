// Readings under review: what was chosen for each character in doubt, which row and doubt the keys speak to. Pure.
import type { NameReading } from '../api/names'

export type State = 'open' | 'confirmed'
export interface Review {
  readonly name: NameReading
  /** the reading that was chosen, by the place of its character */
  readonly chosen: ReadonlyMap<number, string>
  /** the spelling with what was chosen; the rules' own until something is */
  readonly spelling: string
  readonly toneless: string
  readonly state: State
}

export const begun = (name: NameReading): Review => ({ name, chosen: new Map(), spelling: name.spelling, toneless: name.toneless, state: 'open' })

/** Doubts that nobody has decided yet; the likeliest reading counts as chosen only once it was. */
export const undecided = ({ name, chosen }: Review): number => name.uncertain.filter(({ at }) => !chosen.has(at)).length

/** The nth candidate (from 1) of a doubt; null where there is none. */
export function candidate({ name }: Review, doubt: number, nth: number): { at: number; reading: string } | null {
  const found = name.uncertain[doubt]
  const reading = found?.candidates[nth - 1]
  return found && reading !== undefined ? { at: found.at, reading } : null
}

/** With a reading chosen: it is to be spelled anew, and confirmed again. */
export const withReading = (review: Review, at: number, reading: string): Review => ({ ...review, chosen: new Map(review.chosen).set(at, reading), state: 'open' })
export const spelled = (review: Review, spelling: string, toneless: string): Review => ({ ...review, spelling, toneless })
export const confirmed = (review: Review): Review => ({ ...review, state: 'confirmed' })
export const reopened = (review: Review): Review => ({ ...review, state: 'open' })

/** Whether it may be confirmed: nothing is in doubt any more. */
export const ripe = (review: Review): boolean => undecided(review) === 0

/** The first doubt that is undecided, from one on; the one itself where all are decided. */
export function nextDoubt(review: Review, from: number): number {
  const at = review.name.uncertain.findIndex((doubt, own) => own >= from && !review.chosen.has(doubt.at))
  return at < 0 ? Math.min(from, Math.max(0, review.name.uncertain.length - 1)) : at
}

/** What would be set: fields of the record of the name. */
export const asEdit = ({ name, spelling, toneless }: Review) => ({
  layer: 'name',
  id: name.id,
  etag: name.etag,
  base: { roman: name.roman, pinyin_toned: name.pinyin_toned, reading_reviewed: name.reviewed ? true : null },
  mine: { roman: toneless, pinyin_toned: spelling, reading_reviewed: true },
})

/** Whether what is stored says the same, tones and capitals as they are. */
export const agrees = ({ name, spelling, toneless }: Review): boolean => (name.roman === null || name.roman === toneless) && (name.pinyin_toned === null || name.pinyin_toned === spelling)
