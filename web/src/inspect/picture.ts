// A round as it stands on the map: stones by kind and condition, hollow where they are still to be seen; segments
// done, to do, or with something not in order. Form and stroke tell it, colour only helps.
import type { Side, Task } from '../api/inspections'
import type { LonLat } from '../api/types'
import { hasTrouble, isDone, keyOf, saidBy } from './tasks'

export type State = 'done' | 'todo' | 'trouble'

export interface RoundPicture {
  stones: { key: string; at: LonLat; symbol: string; state: State; chosen: boolean }[]
  segments: { key: string; course: LonLat[]; state: State; chosen: boolean }[]
  /** where a marker was found, and its place in the archive */
  found: { from: LonLat; to: LonLat } | null
  /** where one stands */
  me: LonLat | null
}

export function stateOf(task: Task, side: Side | null): State {
  const done = side ? isDone(task, side) : task.done !== null
  if (!done) return 'todo'
  return hasTrouble(task) ? 'trouble' : 'done'
}

/** The stone of a marker; each of a double or triple one is a marker of its own. */
export function symbolOf(task: Task, side: Side | null): string {
  const said = side ? saidBy(task, side) : task.records.at(-1)
  const condition = said?.left ?? (said ? task.registered : undefined) ?? 'unknown'
  return `marker-single-${said ? condition : 'unknown'}`
}

export function pictureOf(tasks: readonly Task[], side: Side | null, chosen: string | null): Pick<RoundPicture, 'stones' | 'segments'> {
  const stones: RoundPicture['stones'] = []
  const segments: RoundPicture['segments'] = []
  for (const task of tasks) {
    const key = keyOf(task)
    const common = { key, state: stateOf(task, side), chosen: key === chosen }
    if (task.subject === 'marker' && task.at) stones.push({ ...common, at: task.at, symbol: symbolOf(task, side) })
    if (task.subject === 'segment' && task.course && task.course.length > 1) segments.push({ ...common, course: task.course })
  }
  return { stones, segments }
}
