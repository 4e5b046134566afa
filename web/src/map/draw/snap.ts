// Snapping: the vertex or the side of other things nearest to the pointer. Pure. Distances are in pixels
// of the map's scale, in the plane tangent at the pointer: exact enough over a few pixels.
import type { LonLat } from '../../api/types'
import { settled, type Path } from './shape'

/** A line of other things: a ring has its first vertex again at its end. */
export interface Guide {
  path: Path
  /** what it belongs to, for the sentence */
  of: string
}

export interface Caught {
  at: LonLat
  on: 'vertex' | 'edge'
  of: string
}

/** Degrees of longitude that one pixel is wide (tiles of 512 pixels). */
export const degreesPerPixel = (zoom: number): number => 360 / (512 * 2 ** zoom)

/**
 * What a place is caught by: the nearest vertex within the tolerance, else the nearest point of a side.
 * A vertex is given as it is, to the last digit, so that things that share it really share it.
 */
export function catchAt(at: LonLat, guides: readonly Guide[], tolerance: number, zoom: number): Caught | null {
  const x1 = degreesPerPixel(zoom)
  const y1 = x1 * Math.cos((at[1] * Math.PI) / 180)
  const [dx, dy] = [tolerance * x1, tolerance * y1]
  let vertex: { found: Caught; d: number } | null = null
  let edge: { found: Caught; d: number } | null = null
  for (const { path, of } of guides) {
    for (let v = 0; v < path.length; v += 1) {
      const b = path[v]
      if (!b) continue
      const near = Math.abs(b[0] - at[0]) <= dx && Math.abs(b[1] - at[1]) <= dy
      if (near) {
        const d = Math.hypot((b[0] - at[0]) / x1, (b[1] - at[1]) / y1)
        if (d <= tolerance && d < (vertex?.d ?? Infinity)) vertex = { found: { at: b, on: 'vertex', of }, d }
      }
      const a = path[v - 1]
      if (!a || vertex) continue
      if (Math.min(a[0], b[0]) > at[0] + dx || Math.max(a[0], b[0]) < at[0] - dx || Math.min(a[1], b[1]) > at[1] + dy || Math.max(a[1], b[1]) < at[1] - dy) continue
      const [ux, uy] = [(b[0] - a[0]) / x1, (b[1] - a[1]) / y1]
      const square = ux * ux + uy * uy
      if (square === 0) continue
      const along = Math.min(1, Math.max(0, (((at[0] - a[0]) / x1) * ux + ((at[1] - a[1]) / y1) * uy) / square))
      const foot: LonLat = [a[0] + along * (b[0] - a[0]), a[1] + along * (b[1] - a[1])]
      const d = Math.hypot((foot[0] - at[0]) / x1, (foot[1] - at[1]) / y1)
      if (d <= tolerance && d < (edge?.d ?? Infinity)) edge = { found: { at: settled(foot), on: 'edge', of }, d }
    }
  }
  return vertex?.found ?? edge?.found ?? null
}
