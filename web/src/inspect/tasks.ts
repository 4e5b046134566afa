// Tasks of a round put in order and sifted, and the way to the next one. Pure.
import type { Side, Task } from '../api/inspections'
import type { LonLat } from '../api/types'
import { distanceM } from '../figures/geodesic'

export type Order = 'along' | 'near'
export type Sift = 'all' | 'todo' | 'done' | 'trouble' | 'differ'

export const keyOf = (task: Pick<Task, 'subject' | 'line' | 'key'>): string => `${task.subject}/${task.line}/${task.key}`

/** The record of a side: its own, else the one that both wrote together. */
export const saidBy = (task: Task, side: string) =>
  task.records.find((said) => said.side === side) ?? task.records.find((said) => said.side === 'joint' || said.side === null)

export const isDone = (task: Task, side: Side): boolean => saidBy(task, side) !== undefined
export const hasTrouble = (task: Task): boolean => task.records.some((said) => said.troubles.length > 0)

/** Metres from a place to a marker, or to the nearest point drawn of a segment; null where it has no place. */
export function metresTo(task: Task, from: LonLat): number | null {
  const places = task.course && task.course.length > 0 ? task.course : task.at ? [task.at] : []
  return places.length === 0 ? null : Math.min(...places.map((at) => distanceM(from, at)))
}

export function sifted(tasks: readonly Task[], sift: Sift, side: Side): Task[] {
  return tasks.filter((task) => {
    if (sift === 'todo') return !isDone(task, side)
    if (sift === 'done') return isDone(task, side)
    if (sift === 'trouble') return hasTrouble(task)
    return sift === 'differ' ? task.differences.length > 0 : true
  })
}

/** By distance from where one stands, or line by line along it; what has no place comes last. */
export function ordered(tasks: readonly Task[], order: Order, lines: readonly string[], me: LonLat | null): { task: Task; metres: number | null }[] {
  const all = tasks.map((task) => ({ task, metres: me ? metresTo(task, me) : null }))
  const last = Number.MAX_VALUE
  const along = (one: Task, other: Task) =>
    lines.indexOf(one.line) - lines.indexOf(other.line) || (one.along_m ?? last) - (other.along_m ?? last) || one.key.localeCompare(other.key)
  return all.sort((one, other) =>
    order === 'near' && me ? (one.metres ?? last) - (other.metres ?? last) || along(one.task, other.task) : along(one.task, other.task))
}

/** From one place to another: azimuth from north, clockwise, 0 to 360. Exact enough for walking there. */
export function bearing([lon1, lat1]: LonLat, [lon2, lat2]: LonLat): number {
  const rad = Math.PI / 180
  const east = (lon2 - lon1) * Math.cos(((lat1 + lat2) / 2) * rad)
  return ((Math.atan2(east, lat2 - lat1) / rad) % 360 + 360) % 360
}

/** Which of eight winds a bearing is: 0 north, 1 north-east, … */
export const windOf = (degrees: number): number => Math.round(degrees / 45) % 8
