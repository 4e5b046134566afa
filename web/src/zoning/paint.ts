// Units painted between zones: strokes, steps back and on, tints that tell neighbours apart. Pure.
import type { Assignment } from '../api/zoning'
import { TINTED } from '../map/zoning/tints'

/** What is on the table: the zone of each unit, and the units that are not to be moved. */
export interface Sheet {
  readonly assignment: Assignment
  readonly locked: ReadonlySet<number>
}

/** Sheets by steps, the newest last; `at` is the one that is shown. */
export interface Steps {
  readonly sheets: readonly Sheet[]
  readonly at: number
}

/** Steps kept at most; older ones are dropped. */
const KEPT = 200

export const begun = (assignment: Assignment, locked: readonly number[] = []): Steps => ({ sheets: [{ assignment, locked: new Set(locked) }], at: 0 })
export const now = (steps: Steps): Sheet => steps.sheets[steps.at] ?? { assignment: [], locked: new Set() }
export const canUndo = (steps: Steps): boolean => steps.at > 0
export const canRedo = (steps: Steps): boolean => steps.at + 1 < steps.sheets.length
export const undone = (steps: Steps): Steps => (canUndo(steps) ? { ...steps, at: steps.at - 1 } : steps)
export const redone = (steps: Steps): Steps => (canRedo(steps) ? { ...steps, at: steps.at + 1 } : steps)

/** A further step; what had been taken back is gone. */
export function stepped(steps: Steps, sheet: Sheet): Steps {
  const sheets = [...steps.sheets.slice(0, steps.at + 1), sheet].slice(-KEPT)
  return { sheets, at: sheets.length - 1 }
}

/** Units given to a zone (null: to none); those that are locked stay. The same sheet where nothing changes. */
export function painted(sheet: Sheet, units: readonly number[], zone: number | null): Sheet {
  const moved = units.filter((unit) => unit >= 0 && unit < sheet.assignment.length && !sheet.locked.has(unit) && sheet.assignment[unit] !== zone)
  if (moved.length === 0) return sheet
  const assignment = [...sheet.assignment]
  for (const unit of moved) assignment[unit] = zone
  return { ...sheet, assignment }
}

/** Units locked, or let go where all of them are locked. */
export function locking(sheet: Sheet, units: readonly number[]): Sheet {
  if (units.length === 0) return sheet
  const locked = new Set(sheet.locked)
  const all = units.every((unit) => locked.has(unit))
  for (const unit of units) {
    if (all) locked.delete(unit)
    else locked.add(unit)
  }
  return { ...sheet, locked }
}

/** The first number that no zone has. */
export function freshZone(assignment: Assignment): number {
  const taken = new Set(assignment)
  let zone = 0
  while (taken.has(zone)) zone += 1
  return zone
}

/** A tint for each zone, so that zones with a common border differ: the one least used among those that no neighbour has. */
export function tints(assignment: Assignment, borders: readonly { a: number; b: number }[]): Map<number, number> {
  const beside = new Map<number, Set<number>>()
  for (const zone of assignment) if (zone !== null && !beside.has(zone)) beside.set(zone, new Set())
  for (const { a, b } of borders) {
    const [one, other] = [assignment[a], assignment[b]]
    if (one === other || one === null || other === null || one === undefined || other === undefined) continue
    beside.get(one)?.add(other)
    beside.get(other)?.add(one)
  }
  const found = new Map<number, number>()
  const used = TINTED.map(() => 0)
  for (const zone of [...beside.keys()].sort((a, b) => (beside.get(b)?.size ?? 0) - (beside.get(a)?.size ?? 0) || a - b)) {
    const near = new Set([...(beside.get(zone) ?? [])].map((other) => found.get(other)))
    const free = used.map((count, tint) => ({ count, tint })).filter(({ tint }) => !near.has(tint))
    const { tint } = (free.length > 0 ? free : used.map((count, at) => ({ count, tint: at }))).reduce((best, one) => (one.count < best.count ? one : best))
    found.set(zone, tint)
    used[tint] = (used[tint] ?? 0) + 1
  }
  return found
}
