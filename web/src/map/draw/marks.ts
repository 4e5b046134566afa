// What of a drawing is drawn, and the figures told of it. Pure.
import type { LonLat } from '../../api/types'
import { areaM2, lengthM } from '../../figures/geodesic'
import type { Sketch } from './edit'
import type { Handle } from './handles'
import { countVertices, vertexAt, type Path } from './shape'
import type { Caught } from './snap'

/** What a mark stands for; it says how it looks. */
export type Role = 'area' | 'line' | 'point' | 'rubber' | 'vertex' | 'chosen' | 'middle' | 'snap'

export type Mark =
  | { role: Role; point: LonLat }
  | { role: Role; line: Path }
  | { role: Role; rings: readonly Path[] }

/** The shape, its handles, the open path with a rubber band to the pointer, and what it is caught by. */
export function marksOf({ shape, open, chosen }: Sketch, handles: readonly Handle[], pointer: LonLat | null, caught: Caught | null): Mark[] {
  const found: Mark[] = []
  for (const rings of shape.parts) {
    if (shape.kind === 'area') found.push({ role: 'area', rings })
    else if (shape.kind === 'line' && rings[0]) found.push({ role: 'line', line: rings[0] })
  }
  for (const { what, at } of handles) found.push({ role: what === 'middle' ? 'middle' : shape.kind === 'point' ? 'point' : 'vertex', point: at })
  const tip = caught?.at ?? pointer
  if (open && shape.kind !== 'point') {
    if (open.path.length > 1) found.push({ role: 'line', line: open.path })
    const [first, last] = [open.path[0], open.path.at(-1)]
    if (tip && first && last) found.push({ role: 'rubber', line: shape.kind === 'area' ? [last, tip, first] : [last, tip] })
    else if (shape.kind === 'area' && first && last && open.path.length > 2) found.push({ role: 'rubber', line: [last, first] })
  }
  const at = chosen ? vertexAt(shape, chosen) : undefined
  if (at) found.push({ role: 'chosen', point: at })
  if (caught) found.push({ role: 'snap', point: caught.at })
  return found
}

export interface Figures {
  vertices: number
  /** metres; of areas all rings */
  length: number | null
  /** square metres without holes */
  area: number | null
}

/** The figures of a drawing, as if the open path ended at the pointer. */
export function figuresOf({ shape, open }: Sketch, pointer: LonLat | null): Figures {
  const path = open ? [...open.path, ...(open.path.length > 0 && pointer ? [pointer] : [])] : []
  const vertices = countVertices(shape) + (open?.path.length ?? 0)
  if (shape.kind === 'point') return { vertices, length: null, area: null }
  if (shape.kind === 'line') return { vertices, length: shape.parts.reduce((sum, [line = []]) => sum + lengthM(line), lengthM(path)), area: null }
  const rim = shape.parts.reduce((sum, rings) => rings.reduce((some, ring) => some + lengthM(ring, true), sum), lengthM(path, path.length > 2))
  const piece = path.length > 2 ? areaM2([[path]]) : 0
  return { vertices, length: rim, area: Math.abs(areaM2(shape.parts) + (open?.hole ? -piece : piece)) }
}
