// Points of a picture and of the ground, pair by pair, with every step taken back. Pure.
import type { GivenPoint } from '../api/scans'

/** A place in the picture, in its pixels. */
export interface Spot {
  column: number
  line: number
}

/** Pairs so far; a place in the picture or on the ground that still waits for its other half. */
export interface Pairs {
  points: readonly GivenPoint[]
  spot: Spot | null
  ground: Omit<GivenPoint, keyof Spot> | null
}

export interface History {
  now: Pairs
  before: readonly Pairs[]
  after: readonly Pairs[]
}

export const NONE: Pairs = { points: [], spot: null, ground: null }
export const begun: History = { now: NONE, before: [], after: [] }
export const MOST = 100

export function step(history: History, now: Pairs): History {
  return now === history.now ? history : { now, before: [...history.before, history.now], after: [] }
}
export function undo({ now, before, after }: History): History {
  const last = before.at(-1)
  return last ? { now: last, before: before.slice(0, -1), after: [now, ...after] } : { now, before, after }
}
export function redo({ now, before, after }: History): History {
  const [next, ...rest] = after
  return next ? { now: next, before: [...before, now], after: rest } : { now, before, after }
}

function paired({ points, spot, ground }: Pairs): Pairs {
  if (!spot || !ground) return { points, spot, ground }
  return { points: [...points, { ...spot, ...ground }], spot: null, ground: null }
}

/** Points at the picture; a place that still waits there is another one now. */
export function pointAtPicture(pairs: Pairs, spot: Spot): Pairs {
  return pairs.points.length >= MOST ? pairs : paired({ ...pairs, spot })
}
/** Points at the ground: longitude and latitude, or coordinates of a system. */
export function pointAtGround(pairs: Pairs, x: number, y: number, crs?: string): Pairs {
  return pairs.points.length >= MOST ? pairs : paired({ ...pairs, ground: { x, y, ...(crs && { crs }) } })
}
export function without(pairs: Pairs, at: number): Pairs {
  return { ...pairs, points: pairs.points.filter((_, index) => index !== at) }
}

/** Two figures typed for a system: easting and northing, longitude and latitude; null where it is none. */
export function readPair(text: string): [number, number] | null {
  const words = text.normalize('NFKC').trim().split(/[\s,;、]+/)
  const [x, y, ...more] = words.map(Number)
  return words.length === 2 && more.length === 0 && x !== undefined && y !== undefined && Number.isFinite(x) && Number.isFinite(y) ? [x, y] : null
}
