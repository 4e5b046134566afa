// Things tried on the register as it stands: what is done is kept as changes, each step can be taken back. Pure.
import type { Change } from '../api/access'
import type { LonLat } from '../api/types'
import type { Choice } from './choice'

/** What is tried: the question, and what would be different. */
export interface Trial {
  readonly choice: Choice
  readonly changes: readonly Change[]
}
/** Trials by steps, the newest last; `at` is the one that is shown. */
export interface Steps {
  readonly trials: readonly Trial[]
  readonly at: number
}

/** Steps kept at most; older ones are dropped. */
const KEPT = 200
/** The server takes no more changes at once. */
export const MOST = 200

export const begun = (trial: Trial): Steps => ({ trials: [trial], at: 0 })
export const canUndo = ({ at }: Steps): boolean => at > 0
export const canRedo = ({ trials, at }: Steps): boolean => at + 1 < trials.length
export const undone = (steps: Steps): Steps => (canUndo(steps) ? { ...steps, at: steps.at - 1 } : steps)
export const redone = (steps: Steps): Steps => (canRedo(steps) ? { ...steps, at: steps.at + 1 } : steps)

/** A further step; what had been taken back is gone. */
export function stepped(steps: Steps, trial: Trial): Steps {
  const trials = [...steps.trials.slice(0, steps.at + 1), trial].slice(-KEPT)
  return { trials, at: trials.length - 1 }
}

const about = (change: Change): string | null => ('facility' in change ? change.facility : null)

/** A change put to the others: what it says about a facility takes the place of what was said before. */
export function withChange(changes: readonly Change[], change: Change): readonly Change[] {
  const facility = about(change)
  if (change.kind === 'open_gate') return changes.some((one) => one.kind === 'open_gate' && one.gate === change.gate) ? changes : [...changes, change]
  if (facility === null) return [...changes, change]
  // how much a facility takes is apart from whether and where it counts
  if (change.kind === 'extend') return [...changes.filter((one) => !(one.kind === 'extend' && one.facility === facility)), change]
  const isBefore = (one: Change) => about(one) === facility && one.kind !== 'extend'
  const before = changes.filter(isBefore)
  const rest = changes.filter((one) => !isBefore(one))
  const had = (kind: Change['kind']) => before.some((one) => one.kind === kind)
  if (change.kind === 'close' && had('run')) return rest // it is not counted without being run
  if (change.kind === 'run' && had('close')) return rest
  if (change.kind === 'close') return [...rest, change]
  // a planned facility that runs in another place is both
  const runs = before.filter((one) => one.kind === 'run')
  const moves = before.filter((one) => one.kind === 'move')
  return [...rest, ...(change.kind === 'move' ? runs : moves), change]
}

export const without = (changes: readonly Change[], at: number): readonly Change[] => changes.filter((_, index) => index !== at)

/** What was added moves by being added elsewhere. */
export function withAddedAt(changes: readonly Change[], at: number, place: LonLat): readonly Change[] {
  return changes.map((change, index) => (index === at && change.kind === 'add' ? { ...change, place } : change))
}
