// What is looked at, short enough for the address bar: a class (or all that are required together), who walks, within
// which limit, along the network or straight. Pure.
import type { Catalogue, Change, Limit, Measure, Question, ServiceClass } from '../api/access'

export interface Choice {
  /** id of a class, `required` or `required-15`; empty: what the office has a target for */
  class: string
  /** who walks; empty: those for whom the class is meant */
  profile: string
  /** own limit; null: the limit of the class */
  minutes: number | null
  measure: Measure
  /** which count of households; empty: the usual one */
  count: string
}

export const PLAIN: Choice = { class: '', profile: '', minutes: null, measure: 'network', count: '' }
export const LONGEST = 60
const COUNT = /^([a-z]{1,20})-households$/
const WORD = /^[a-z][a-z0-9_-]{0,40}$/

export const isRequired = (id: string): boolean => id === 'required' || id.startsWith('required-')

/** `meal_hall`, `meal_hall~elder~10min~straight` */
export function writeChoice(choice: Choice): string {
  const own = [choice.profile, choice.minutes === null ? '' : `${String(choice.minutes)}min`, choice.measure === 'straight' ? 'straight' : '', choice.count && `${choice.count}-households`].filter(Boolean)
  return choice.class === '' && own.length === 0 ? '' : [choice.class || 'all', ...own].join('~')
}

/** What cannot be read is left out. */
export function readChoice(text: string): Choice {
  const [first = '', ...rest] = text.split('~')
  const choice: Choice = { ...PLAIN, class: WORD.test(first) && first !== 'all' ? first : '' }
  for (const word of rest) {
    const minutes = /^(\d{1,2}(?:\.\d)?)min$/.exec(word)?.[1]
    if (minutes !== undefined) choice.minutes = soundMinutes(Number(minutes))
    else if (COUNT.test(word)) choice.count = COUNT.exec(word)?.[1] ?? ''
    else if (word === 'straight') choice.measure = 'straight'
    else if (WORD.test(word)) choice.profile = word
  }
  return choice
}

/** Minutes that can be asked for; null where they cannot. */
export function soundMinutes(minutes: number): number | null {
  return Number.isFinite(minutes) && minutes > 0 && minutes <= LONGEST ? Math.round(minutes * 10) / 10 : null
}

/** The choice with what the catalogue does not know left out. */
export function settled(choice: Choice, catalogue: Catalogue): Choice {
  const known = catalogue.classes.some(({ id }) => id === choice.class) || (isRequired(choice.class) && requiredIds(catalogue).includes(choice.class))
  const first = catalogue.targets[0]?.class ?? (catalogue.required.classes.length > 0 ? 'required' : catalogue.classes[0]?.id) ?? ''
  const kept = known ? choice.class : first
  return {
    class: kept,
    profile: catalogue.profiles.some(({ id }) => id === choice.profile) ? choice.profile : '',
    minutes: isRequired(kept) ? null : choice.minutes,
    measure: choice.measure,
    count: catalogue.counts.some(({ id }) => id === choice.count) ? choice.count : '',
  }
}

/** `required` and its levels, as far as there are classes of them. */
export function requiredIds({ required }: Catalogue): string[] {
  return required.classes.length === 0 ? [] : ['required', ...required.levels.map((level) => `required-${level}`)]
}

export const classOf = (catalogue: Catalogue | null, id: string): ServiceClass | null => catalogue?.classes.find((one) => one.id === id) ?? null

export function limitOf(choice: Choice, catalogue: Catalogue | null): Limit {
  if (choice.minutes !== null) return { minutes: choice.minutes }
  return classOf(catalogue, choice.class)?.limit ?? {}
}

/** Whether the definition is another than the one the class lays down. */
export const isOwn = (choice: Choice): boolean => choice.profile !== '' || choice.minutes !== null || choice.measure !== 'network' || choice.count !== ''

export function questionOf(choice: Choice, more: { count?: string; date?: string | null; changes?: readonly Change[] } = {}): Question {
  return {
    class: choice.class,
    ...(choice.profile !== '' && { profile: choice.profile }),
    ...(choice.minutes !== null && !isRequired(choice.class) && { minutes: choice.minutes }),
    measure: choice.measure,
    ...((choice.count || more.count) && { count: choice.count || more.count }),
    ...(more.date && { date: more.date }),
    ...(more.changes && more.changes.length > 0 && { changes: [...more.changes] }),
  }
}
