// The steps of an import and which of them can be entered. Pure: what is known goes in, what may be done comes out.

export const STEPS = ['file', 'content', 'coordinates', 'columns', 'result', 'accept'] as const
export type Step = (typeof STEPS)[number]

/** What is known of an import so far. */
export interface Known {
  /** the files are with the server and at least one source can be read */
  uploaded: boolean
  /** a readable source and a layer are chosen */
  chosen: boolean
  /** the source has shapes or coordinates */
  placed: boolean
  /** in which coordinates nobody said yet, neither the file nor a person */
  unsaid: boolean
  /** where the trial of what is chosen now stands; `stale`: there is one, but of other choices */
  trial: 'none' | 'running' | 'question' | 'ready' | 'stale' | 'failed'
  /** rows that would be written */
  writes: number
  done: boolean
}

/** Why a step cannot be entered yet; null where it can. */
export function barred(step: Step, known: Known): 'done' | 'upload' | 'choose' | 'noPlaces' | 'trial' | 'answer' | 'nothing' | null {
  if (known.done && step !== 'accept') return step === 'file' ? null : 'done'
  if (step === 'file') return null
  if (!known.uploaded) return 'upload'
  if (step === 'content') return null
  if (!known.chosen) return 'choose'
  if (step === 'coordinates') return known.placed || known.trial === 'question' ? null : 'noPlaces'
  if (known.unsaid || known.trial === 'question') return 'answer'
  if (step === 'columns') return null
  if (known.trial !== 'ready') return 'trial'
  return step === 'accept' && known.writes === 0 && !known.done ? 'nothing' : null
}

/** The step after this one; the coordinates are only asked for where nobody said them. */
export function after(step: Step, known: Known): Step {
  if (step === 'content') return known.unsaid ? 'coordinates' : 'columns'
  if (step === 'columns') return known.trial === 'question' ? 'coordinates' : 'result'
  return STEPS[Math.min(STEPS.indexOf(step) + 1, STEPS.length - 1)] ?? 'accept'
}

/** Whether a trial has to be made before the step after this one can be entered. */
export function needsTrial(step: Step, known: Known): boolean {
  return step === 'columns' && !['ready', 'question'].includes(known.trial)
}

export type Look = 'past' | 'now' | 'open' | 'later' | 'skipped'

/** How a step looks in the row of steps. */
export function look(step: Step, current: Step, known: Known): Look {
  if (step === current) return 'now'
  const [at, now] = [STEPS.indexOf(step), STEPS.indexOf(current)]
  if (step === 'coordinates' && now > at && barred(step, known) === 'noPlaces') return 'skipped'
  if (at < now) return 'past'
  return barred(step, known) === null ? 'open' : 'later'
}
