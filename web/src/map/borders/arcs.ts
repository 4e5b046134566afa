// Borders as one takes hold of them: which is near, what may move, and what a move gives and takes. Pure.
// Areas here are for reading while dragging; those that count come from the server.
import type { Arc, Arcs, BorderSide } from '../../api/borders'
import type { Box, Geometry, LonLat } from '../../api/types'
import { ringM2 } from '../../figures/geodesic'
import { degreesPerPixel } from '../draw/snap'

export const same = (a: LonLat | null | undefined, b: LonLat | null | undefined): boolean => Boolean(a && b && a[0] === b[0] && a[1] === b[1])
export const isRing = ({ points }: Arc): boolean => points.length > 3 && same(points[0], points.at(-1))

/** Whether the edge from point `at` to the next is surveyed. */
export const edgeLocked = ({ locked }: Arc, at: number): boolean => locked.some(([from, to]) => from <= at && at < to)
/** Whether a point belongs to something surveyed. */
export const pointLocked = ({ locked }: Arc, at: number): boolean => locked.some(([from, to]) => from <= at && at <= to)
export const allLocked = (arc: Arc): boolean => arc.locked.some(([from, to]) => from === 0 && to === arc.points.length - 1)
/** Whether a place is on a surveyed stretch of any border. */
export const placeLocked = (arcs: Arcs, place: LonLat): boolean => arcs.borders.some((arc) => arc.points.some((at, v) => same(at, place) && pointLocked(arc, v)))

/** An end of what is in view, but not of the border: it lies outside and is not moved from here. */
export function isCut(arc: Arc, at: number): boolean {
  if (isRing(arc)) return false
  return (at === 0 && !arc.nodes[0]) || (at === arc.points.length - 1 && !arc.nodes[1])
}
/** Borders meet there: it can be moved but not taken out. */
export const isNode = (arc: Arc, at: number): boolean => (at === 0 && arc.nodes[0]) || (at === arc.points.length - 1 && arc.nodes[1])

/** The border that has an edge, in either direction. */
export function arcOf(arcs: Arcs | null, edge: readonly [LonLat, LonLat] | null): Arc | null {
  if (!arcs || !edge) return null
  const [a, b] = edge
  return arcs.borders.find(({ points }) => points.some((at, v) => (same(at, a) && same(points[v + 1], b)) || (same(at, b) && same(points[v + 1], a)))) ?? null
}

function signedM2(a: LonLat, b: LonLat, c: LonLat): number {
  const cross = (b[0] - a[0]) * (c[1] - a[1]) - (b[1] - a[1]) * (c[0] - a[0])
  return cross === 0 ? 0 : Math.sign(cross) * ringM2([a, b, c])
}

/** Square metres that divisions gain (or lose) where edges at a place go to another one; by division. */
export function gains(arcs: Arcs, at: LonLat, to: LonLat): Map<number, number> {
  const found = new Map<number, number>()
  const add = (division: number | null, m2: number) => { if (division !== null && m2 !== 0) found.set(division, (found.get(division) ?? 0) + m2) }
  for (const { points, left, right } of arcs.borders) {
    points.forEach((place, v) => {
      const next = points[v + 1]
      if (!next) return
      const m2 = same(next, at) ? signedM2(place, to, at) : same(place, at) ? signedM2(next, at, to) : 0
      add(left, m2)
      add(right, -m2)
    })
  }
  return found
}

/** The same where a point is put into an edge. */
export function insertGains({ left, right }: Arc, [a, b]: readonly [LonLat, LonLat], at: LonLat): Map<number, number> {
  const m2 = signedM2(a, at, b)
  return new Map([[left, m2], [right, -m2]].filter((pair): pair is [number, number] => pair[0] !== null))
}

/** Edges at a place: each other end once. */
export function neighbours(arcs: Arcs, at: LonLat): LonLat[] {
  const found: LonLat[] = []
  for (const { points } of arcs.borders) {
    points.forEach((place, v) => {
      for (const other of same(place, at) ? [points[v - 1], points[v + 1]] : []) if (other && !found.some((one) => same(one, other))) found.push(other)
    })
    if (points.length > 3 && same(points[0], at) && same(points.at(-1), at)) continue
  }
  return found
}

export interface Handle {
  what: 'vertex' | 'middle'
  /** of a middle: the edge from this point to the next */
  at: number
  place: LonLat
}

export const MOST_HANDLES = 400
/** Edges shorter than this have no middle handle, in pixels. */
const SHORT = 28
const within = ([lon, lat]: LonLat, [west, south, east, north]: Box) => lon >= west && lon <= east && lat >= south && lat <= north

/** What of a border can be taken hold of in view; null where it is too dense to tell apart. */
export function handlesOf(arc: Arc, view: Box, zoom: number): Handle[] | null {
  const x1 = degreesPerPixel(zoom)
  const found: Handle[] = []
  const ring = isRing(arc)
  arc.points.forEach((place, v) => {
    const next = arc.points[v + 1]
    if (within(place, view) && !isCut(arc, v) && !pointLocked(arc, v) && !(ring && !next)) found.push({ what: 'vertex', at: v, place })
    if (!next || edgeLocked(arc, v)) return
    const middle: LonLat = [(place[0] + next[0]) / 2, (place[1] + next[1]) / 2]
    const y1 = x1 * Math.cos((place[1] * Math.PI) / 180)
    if (Math.hypot((next[0] - place[0]) / x1, (next[1] - place[1]) / y1) > SHORT && within(middle, view)) found.push({ what: 'middle', at: v, place: middle })
  })
  return found.length > MOST_HANDLES ? null : found
}

/** The handle nearest to a place within so many pixels; a point before a middle. */
export function handleAt(handles: readonly Handle[], at: LonLat, radius: number, zoom: number): Handle | null {
  const x1 = degreesPerPixel(zoom)
  const y1 = x1 * Math.cos((at[1] * Math.PI) / 180)
  let best: { handle: Handle; d: number } | null = null
  for (const handle of handles) {
    const d = Math.hypot((handle.place[0] - at[0]) / x1, (handle.place[1] - at[1]) / y1)
    const weighed = handle.what === 'middle' ? d + radius / 2 : d
    if (d <= radius && weighed < (best?.d ?? Infinity)) best = { handle, d: weighed }
  }
  return best?.handle ?? null
}

/** The border nearest to a place within so many pixels, with the edge that is near. */
export function nearest(arcs: Arcs, at: LonLat, pixels: number, zoom: number): { arc: Arc; edge: number } | null {
  const x1 = degreesPerPixel(zoom)
  const y1 = x1 * Math.cos((at[1] * Math.PI) / 180)
  let best: { arc: Arc; edge: number; d: number } | null = null
  for (const arc of arcs.borders) {
    arc.points.forEach((a, v) => {
      const b = arc.points[v + 1]
      if (!b) return
      const [ux, uy] = [(b[0] - a[0]) / x1, (b[1] - a[1]) / y1]
      const [px, py] = [(at[0] - a[0]) / x1, (at[1] - a[1]) / y1]
      const square = ux * ux + uy * uy
      const along = square === 0 ? 0 : Math.min(1, Math.max(0, (px * ux + py * uy) / square))
      const d = Math.hypot(px - along * ux, py - along * uy)
      if (d <= pixels && d < (best?.d ?? Infinity)) best = { arc, edge: v, d }
    })
  }
  return best
}

export function boxOf(points: readonly LonLat[]): Box {
  const [lons, lats] = [points.map(([lon]) => lon), points.map(([, lat]) => lat)]
  return [Math.min(...lons), Math.min(...lats), Math.max(...lons), Math.max(...lats)]
}

type Ring = LonLat[]
function rings(geometry: Geometry | null): Ring[] {
  if (geometry?.type === 'Polygon') return geometry.coordinates as unknown as Ring[]
  if (geometry?.type === 'MultiPolygon') return (geometry.coordinates as unknown as Ring[][]).flat()
  return []
}
const keyOf = (a: LonLat, b: LonLat) => (a[0] < b[0] || (a[0] === b[0] && a[1] <= b[1]) ? `${String(a)};${String(b)}` : `${String(b)};${String(a)}`)
function edgesOf(geometries: (Geometry | null)[]): Map<string, [LonLat, LonLat]> {
  const found = new Map<string, [LonLat, LonLat]>()
  for (const ring of geometries.flatMap(rings)) ring.forEach((a, v) => { const b = ring[v + 1]; if (b) found.set(keyOf(a, b), [a, b]) })
  return found
}

/** The edges of borders that a change takes away, and those that it makes. */
export function changedEdges(sides: readonly BorderSide[]): { before: Geometry[]; after: Geometry[] } {
  const old = edgesOf(sides.map(({ before }) => before))
  const now = edgesOf(sides.map(({ after }) => after))
  const only = (all: Map<string, [LonLat, LonLat]>, but: Map<string, unknown>): Geometry[] => {
    const left = [...all].filter(([key]) => !but.has(key)).map(([, edge]) => edge)
    return left.length > 0 ? [{ type: 'MultiLineString', coordinates: left as never }] : []
  }
  return { before: only(old, now), after: only(now, old) }
}

/** Lines joined end to end into as few as can be. */
export function joined(lines: readonly (readonly LonLat[])[]): LonLat[][] {
  const left = lines.filter((line) => line.length > 1).map((line) => [...line])
  const done: LonLat[][] = []
  for (let line = left.shift(); line; line = left.shift()) {
    for (let grew = true; grew;) {
      grew = false
      const [first, last] = [line[0], line.at(-1)]
      const at = left.findIndex((one) => [one[0], one.at(-1)].some((end) => same(end, first) || same(end, last)))
      const [next] = at >= 0 ? left.splice(at, 1) : []
      if (!next) continue
      grew = true
      if (same(next[0], last)) line = [...line, ...next.slice(1)]
      else if (same(next.at(-1), last)) line = [...line, ...next.reverse().slice(1)]
      else if (same(next.at(-1), first)) line = [...next, ...line.slice(1)]
      else line = [...next.reverse(), ...line.slice(1)]
    }
    done.push(line)
  }
  return done
}

/** Of several lines the one that lies nearest to a stretch of border on the whole. */
export function lineAlong(lines: readonly (readonly LonLat[])[], stretch: readonly LonLat[]): LonLat[] | null {
  let best: { line: LonLat[]; d: number } | null = null
  for (const line of joined(lines)) {
    const d = stretch.reduce((sum, at) => sum + distanceTo(line, at), 0)
    if (d < (best?.d ?? Infinity)) best = { line, d }
  }
  return best?.line ?? null
}
function distanceTo(line: readonly LonLat[], at: LonLat): number {
  const y1 = Math.cos((at[1] * Math.PI) / 180)
  let best = Infinity
  line.forEach((a, v) => {
    const b = line[v + 1] ?? a
    const [ux, uy, px, py] = [(b[0] - a[0]) * y1, b[1] - a[1], (at[0] - a[0]) * y1, at[1] - a[1]]
    const square = ux * ux + uy * uy
    const along = square === 0 ? 0 : Math.min(1, Math.max(0, (px * ux + py * uy) / square))
    best = Math.min(best, Math.hypot(px - along * ux, py - along * uy))
  })
  return best
}
