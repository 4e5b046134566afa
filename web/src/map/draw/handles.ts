// The handles of a drawing: which vertices and middles of sides stand where, and which one is grabbed. Pure.
import type { Box, LonLat } from '../../api/types'
import type { Sketch } from './edit'
import { inside, settled, type Spot } from './shape'
import { degreesPerPixel } from './snap'

export interface Handle {
  /** `middle`: dragging it puts a new vertex before `spot` */
  what: 'vertex' | 'middle' | 'open'
  spot: Spot
  at: LonLat
}

/** More than these in view are not drawn: one has to come nearer. */
export const MOST_HANDLES = 400
/** Sides shorter than this have no middle handle, in pixels. */
const SHORT = 26

const within = ([lon, lat]: LonLat, [west, south, east, north]: Box) => lon >= west && lon <= east && lat >= south && lat <= north

/** The handles in view; `tooMany` where there are more than can be told apart. */
export function handlesOf({ shape, open }: Sketch, view: Box, zoom: number): { handles: Handle[]; tooMany: boolean } {
  const handles: Handle[] = []
  const x1 = degreesPerPixel(zoom)
  const closed = shape.kind === 'area'
  shape.parts.forEach((rings, part) => {
    rings.forEach((path, ring) => {
      path.forEach((at, v) => {
        if (within(at, view)) handles.push({ what: 'vertex', spot: { part, ring, at: v }, at })
        const next = path[v + 1] ?? (closed ? path[0] : undefined)
        if (open || !next || path.length < 2) return
        const middle: LonLat = [(at[0] + next[0]) / 2, (at[1] + next[1]) / 2]
        const y1 = x1 * Math.cos((at[1] * Math.PI) / 180)
        if (Math.hypot((next[0] - at[0]) / x1, (next[1] - at[1]) / y1) > SHORT && within(middle, view)) handles.push({ what: 'middle', spot: { part, ring, at: v + 1 }, at: settled(middle) })
      })
    })
  })
  open?.path.forEach((at, v) => { handles.push({ what: 'open', spot: { part: -1, ring: 0, at: v }, at }) })
  const tooMany = handles.length > MOST_HANDLES
  return { handles: tooMany ? handles.filter(({ what }) => what === 'open') : handles, tooMany }
}

/** The handle nearest to a place within a radius of pixels; a vertex before a middle. */
export function grabbed(handles: readonly Handle[], at: LonLat, radius: number, zoom: number): Handle | null {
  const x1 = degreesPerPixel(zoom)
  const y1 = x1 * Math.cos((at[1] * Math.PI) / 180)
  let best: { handle: Handle; d: number } | null = null
  for (const handle of handles) {
    const d = Math.hypot((handle.at[0] - at[0]) / x1, (handle.at[1] - at[1]) / y1)
    const weighed = handle.what === 'middle' ? d + radius / 2 : d
    if (d <= radius && weighed < (best?.d ?? Infinity)) best = { handle, d: weighed }
  }
  return best?.handle ?? null
}

/** Whether a place lies on the shape, so that all of it can be dragged by it. */
export function touches({ shape }: Sketch, at: LonLat, radius: number, zoom: number): boolean {
  if (shape.kind === 'area') return shape.parts.some((rings) => inside(at, rings))
  const x1 = degreesPerPixel(zoom)
  const y1 = x1 * Math.cos((at[1] * Math.PI) / 180)
  return shape.parts.some(([path = []]) =>
    path.some((b, v) => {
      const a = path[v - 1] ?? b
      const [ux, uy] = [(b[0] - a[0]) / x1, (b[1] - a[1]) / y1]
      const [px, py] = [(at[0] - a[0]) / x1, (at[1] - a[1]) / y1]
      const square = ux * ux + uy * uy
      const along = square === 0 ? 0 : Math.min(1, Math.max(0, (px * ux + py * uy) / square))
      return Math.hypot(px - along * ux, py - along * uy) <= radius
    }),
  )
}
