// What is drawn, as parts of paths of vertices, and every change of it. Pure: a change gives a new shape
// and leaves vertices that it does not touch as they were, to the last digit.
import type { Geometry, Json, LonLat } from '../../api/types'
import { kindOf } from '../../desk/geometry'

export type Kind = 'point' | 'line' | 'area'
export type Path = readonly LonLat[]

/**
 * Points, lines or areas. A point is a part with one path of one vertex, a line a part with one path; an
 * area has its outer ring and then its holes, rings without the first vertex again at their end.
 */
export interface Shape {
  kind: Kind
  parts: readonly (readonly Path[])[]
}

/** One vertex of a shape. */
export interface Spot {
  part: number
  ring: number
  at: number
}

/** Fewest vertices of a path. */
export const FEWEST: Readonly<Record<Kind, number>> = { point: 1, line: 2, area: 3 }

export const emptyShape = (kind: Kind): Shape => ({ kind, parts: [] })
export const isEmpty = (shape: Shape): boolean => shape.parts.length === 0

/** Rounded to the register's grid of 1e-9 degree. */
export const settled = ([lon, lat]: LonLat): LonLat => [Math.round(lon * 1e9) / 1e9, Math.round(lat * 1e9) / 1e9]

const isPair = (json: Json | undefined): json is [number, number] => Array.isArray(json) && typeof json[0] === 'number' && typeof json[1] === 'number'
const list = (json: Json | undefined): Json[] => (Array.isArray(json) ? json : [])
const path = (json: Json): LonLat[] => list(json).flatMap((one): LonLat[] => (isPair(one) ? [[one[0], one[1]]] : []))
const equal = (a: LonLat | undefined, b: LonLat | undefined): boolean => a !== undefined && b !== undefined && a[0] === b[0] && a[1] === b[1]

function ring(json: Json): LonLat[] {
  const all = path(json)
  return all.length > 1 && equal(all[0], all.at(-1)) ? all.slice(0, -1) : all
}

/** A GeoJSON geometry as a shape; null for one that cannot be drawn here (a collection). */
export function fromGeometry(geometry: Geometry): Shape | null {
  const kind = kindOf(geometry.type)
  if (!kind) return null
  const parts = geometry.type.startsWith('Multi') ? list(geometry.coordinates) : [geometry.coordinates]
  if (kind === 'point') return { kind, parts: parts.flatMap((one) => (isPair(one) ? [[[[one[0], one[1]] as LonLat]]] : [])) }
  if (kind === 'line') return { kind, parts: parts.map((one) => [path(one)]) }
  return { kind, parts: parts.map((rings) => list(rings).map(ring)) }
}

/** A shape as GeoJSON; a multi geometry where it has several parts or where `like` is one. Null where it is empty. */
export function toGeometry(shape: Shape, like?: string | null): Geometry | null {
  if (isEmpty(shape)) return null
  const type = { point: 'Point', line: 'LineString', area: 'Polygon' }[shape.kind]
  const parts = shape.parts.map((rings): Json => {
    if (shape.kind === 'point') return [...(rings[0]?.[0] ?? [])]
    if (shape.kind === 'line') return (rings[0] ?? []).map((at) => [...at])
    return rings.map((one) => [...one, ...one.slice(0, 1)].map((at) => [...at]))
  })
  return parts.length > 1 || like?.startsWith('Multi') ? { type: `Multi${type}`, coordinates: parts } : { type, coordinates: parts[0] ?? [] }
}

export const pathAt = (shape: Shape, part: number, ringAt: number): Path => shape.parts[part]?.[ringAt] ?? []
export const vertexAt = (shape: Shape, spot: Spot): LonLat | undefined => pathAt(shape, spot.part, spot.ring)[spot.at]

/** The shape with one path put in another's place. */
export function withPath(shape: Shape, part: number, ringAt: number, next: Path): Shape {
  return { ...shape, parts: shape.parts.map((rings, p) => (p === part ? rings.map((old, r) => (r === ringAt ? next : old)) : rings)) }
}

export const moveVertex = (shape: Shape, { part, ring: r, at }: Spot, to: LonLat): Shape =>
  withPath(shape, part, r, pathAt(shape, part, r).map((old, v) => (v === at ? to : old)))

/** A vertex put in before another one. */
export function insertVertex(shape: Shape, { part, ring: r, at }: Spot, to: LonLat): Shape {
  const old = pathAt(shape, part, r)
  return withPath(shape, part, r, [...old.slice(0, at), to, ...old.slice(at)])
}

/**
 * A vertex taken away. Where too few would be left, the hole goes, or the part if there are others; null
 * where nothing would be left.
 */
export function removeVertex(shape: Shape, { part, ring: r, at }: Spot): Shape | null {
  const old = pathAt(shape, part, r)
  if (old.length > FEWEST[shape.kind]) return withPath(shape, part, r, old.filter((_, v) => v !== at))
  return dropPath(shape, part, r)
}

/** A hole or, for the outer ring or a line, a whole part taken away; null where it is the only one. */
export function dropPath(shape: Shape, part: number, ringAt: number): Shape | null {
  if (ringAt > 0) return { ...shape, parts: shape.parts.map((rings, p) => (p === part ? rings.filter((_, r) => r !== ringAt) : rings)) }
  return shape.parts.length > 1 ? { ...shape, parts: shape.parts.filter((_, p) => p !== part) } : null
}

export const addPart = (shape: Shape, next: Path): Shape => ({ ...shape, parts: [...shape.parts, [next]] })

/** A hole put into the part that holds its first vertex; null where none does. */
export function addHole(shape: Shape, next: Path): Shape | null {
  const [first] = next
  const into = first ? shape.parts.findIndex((rings) => inside(first, rings)) : -1
  return into < 0 ? null : { ...shape, parts: shape.parts.map((rings, p) => (p === into ? [...rings, next] : rings)) }
}

/** All of it moved by degrees. */
export const translate = (shape: Shape, [x, y]: LonLat): Shape =>
  ({ ...shape, parts: shape.parts.map((rings) => rings.map((old) => old.map(([lon, lat]) => settled([lon + x, lat + y])))) })

export const countVertices = (shape: Shape): number => shape.parts.reduce((sum, rings) => sum + rings.reduce((n, old) => n + old.length, 0), 0)

function inRing([x, y]: LonLat, of: Path): boolean {
  let odd = false
  of.forEach(([bx, by], v) => {
    const [ax, ay] = of[(v + of.length - 1) % of.length] ?? [bx, by]
    if (ay > y !== by > y && x < ((bx - ax) * (y - ay)) / (by - ay) + ax) odd = !odd
  })
  return odd
}
/** Whether a place lies in an area with holes. */
export const inside = (at: LonLat, [outer = [], ...holes]: readonly Path[]): boolean => inRing(at, outer) && !holes.some((hole) => inRing(at, hole))

interface Segment { a: LonLat; b: LonLat; path: string; at: number; last: number; closed: boolean }
function segments(shape: Shape): Segment[] {
  const all: Segment[] = []
  const closed = shape.kind === 'area'
  shape.parts.forEach((rings, p) => {
    rings.forEach((of, r) => {
      const last = of.length - (closed ? 1 : 2)
      of.forEach((a, at) => {
        const b = of[closed ? (at + 1) % of.length : at + 1]
        if (b) all.push({ a, b, path: `${String(p)}.${String(r)}`, at, last, closed })
      })
    })
  })
  return all
}

const turn = (a: LonLat, b: LonLat, c: LonLat): number => Math.sign((b[0] - a[0]) * (c[1] - a[1]) - (b[1] - a[1]) * (c[0] - a[0]))
const within = (a: LonLat, b: LonLat, c: LonLat): boolean =>
  Math.min(a[0], b[0]) <= c[0] && c[0] <= Math.max(a[0], b[0]) && Math.min(a[1], b[1]) <= c[1] && c[1] <= Math.max(a[1], b[1])
const meet = (s: Segment, t: Segment): boolean => {
  const [one, two, three, four] = [turn(s.a, s.b, t.a), turn(s.a, s.b, t.b), turn(t.a, t.b, s.a), turn(t.a, t.b, s.b)]
  if (one * two < 0 && three * four < 0) return true
  return (one === 0 && within(s.a, s.b, t.a)) || (two === 0 && within(s.a, s.b, t.b)) || (three === 0 && within(t.a, t.b, s.a)) || (four === 0 && within(t.a, t.b, s.b))
}
const isNext = (s: Segment, t: Segment): boolean => {
  if (s.path !== t.path) return false
  const apart = Math.abs(s.at - t.at)
  return apart <= 1 || (s.closed && apart === s.last)
}
/** Two neighbours that fold back onto each other. */
const foldsBack = (s: Segment, t: Segment): boolean => {
  if (s.at === t.at) return false
  const [shared, one, other] = equal(s.b, t.a) ? [s.b, s.a, t.b] : [s.a, s.b, t.a] // the last side ends where the first begins
  return turn(one, shared, other) === 0 && (one[0] - shared[0]) * (other[0] - shared[0]) + (one[1] - shared[1]) * (other[1] - shared[1]) > 0
}

/**
 * Where the outlines of an area touch or cross themselves or each other; null where they do not. Lines may
 * cross. Sweeps along the longitude: n log n and as many pairs as overlap there.
 */
export function crossing(shape: Shape): LonLat | null {
  if (shape.kind !== 'area') return null
  const left = (s: Segment) => Math.min(s.a[0], s.b[0])
  const right = (s: Segment) => Math.max(s.a[0], s.b[0])
  const all = segments(shape).sort((s, t) => left(s) - left(t))
  let active: Segment[] = []
  for (const s of all) {
    if (equal(s.a, s.b)) return s.a
    active = active.filter((t) => right(t) >= left(s))
    for (const t of active) if (isNext(s, t) ? foldsBack(t.at < s.at ? t : s, t.at < s.at ? s : t) : meet(s, t)) return within(s.a, s.b, t.a) ? t.a : s.a
    active.push(s)
  }
  return null
}
