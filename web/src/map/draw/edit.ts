// A drawing being made: the shape so far, the path still open, the vertex chosen, and every step back and
// forth. Pure; the page tells what was done, this says how the drawing then stands.
import type { Geometry, LonLat } from '../../api/types'
import { FEWEST, addHole, addPart, dropPath, emptyShape, fromGeometry, insertVertex, isEmpty, moveVertex, pathAt, removeVertex, settled, translate, vertexAt, withPath, type Kind, type Path, type Shape, type Spot } from './shape'

/** A path not yet closed: a new part or a hole. */
export interface Open {
  path: Path
  hole: boolean
}

export interface Sketch {
  shape: Shape
  open: Open | null
  chosen: Spot | null
}

export type Deed =
  | { do: 'place'; at: LonLat }
  | { do: 'close' }
  | { do: 'back' }
  | { do: 'begin'; hole: boolean }
  | { do: 'drop'; part: number; ring: number }
  | { do: 'giveUp' }
  | { do: 'choose'; spot: Spot | null }
  | { do: 'move'; spot: Spot; at: LonLat }
  | { do: 'insert'; spot: Spot; at: LonLat }
  | { do: 'remove'; spot: Spot }
  | { do: 'shift'; by: LonLat }
  /** a path written as coordinates; `part` null: the open one */
  | { do: 'write'; part: number | null; ring: number; path: Path }

/** How a drawing begins: with a shape to be changed, or with an open path. */
export function begin(kind: Kind, geometry: Geometry | null): Sketch {
  const shape = geometry ? fromGeometry(geometry) : null
  return shape && !isEmpty(shape) ? { shape, open: null, chosen: null } : { shape: emptyShape(kind), open: { path: [], hole: false }, chosen: null }
}

/** Whether the open path may be closed as it is. */
export const closable = ({ shape, open }: Sketch): boolean => open !== null && open.path.length >= FEWEST[shape.kind]

function place(sketch: Sketch, at: LonLat): Sketch {
  const { shape, open } = sketch
  if (shape.kind === 'point') {
    if (open) return { shape: addPart(shape, [at]), open: null, chosen: null }
    return shape.parts.length === 1 ? { ...sketch, shape: { ...shape, parts: [[[at]]] } } : sketch
  }
  if (!open) return sketch
  const last = open.path.at(-1)
  if (last?.[0] === at[0] && last[1] === at[1]) return sketch
  return { ...sketch, open: { ...open, path: [...open.path, at] }, chosen: null }
}

function close(sketch: Sketch): Sketch {
  const { shape, open } = sketch
  if (!open || !closable(sketch)) return sketch
  const next = open.hole ? addHole(shape, open.path) : addPart(shape, open.path)
  return next ? { shape: next, open: null, chosen: null } : sketch
}

function remove(sketch: Sketch, spot: Spot): Sketch {
  const shape = removeVertex(sketch.shape, spot)
  return shape ? { ...sketch, shape, chosen: null } : sketch
}

function write(sketch: Sketch, part: number | null, ring: number, path: Path): Sketch {
  if (part === null) return sketch.open ? { ...sketch, open: { ...sketch.open, path } } : sketch
  return path.length >= FEWEST[sketch.shape.kind] ? { ...sketch, shape: withPath(sketch.shape, part, ring, path), chosen: null } : sketch
}

/** The drawing after a deed; the same object where the deed does nothing. */
export function after(sketch: Sketch, deed: Deed): Sketch {
  const { shape, open } = sketch
  switch (deed.do) {
    case 'place': return place(sketch, settled(deed.at))
    case 'close': return close(sketch)
    case 'back':
      if (open) return open.path.length > 0 ? { ...sketch, open: { ...open, path: open.path.slice(0, -1) } } : sketch
      return sketch.chosen ? remove(sketch, sketch.chosen) : sketch
    case 'begin': return { ...sketch, open: { path: [], hole: deed.hole }, chosen: null }
    case 'drop': {
      const next = dropPath(shape, deed.part, deed.ring)
      return next ? { ...sketch, shape: next, chosen: null } : sketch
    }
    case 'giveUp': return open && !isEmpty(shape) ? { ...sketch, open: null } : open && open.path.length > 0 ? { ...sketch, open: { ...open, path: [] } } : sketch
    case 'choose': return { ...sketch, chosen: deed.spot }
    case 'move': return vertexAt(shape, deed.spot) ? { ...sketch, shape: moveVertex(shape, deed.spot, settled(deed.at)), chosen: deed.spot } : sketch
    case 'insert': return { ...sketch, shape: insertVertex(shape, deed.spot, settled(deed.at)), chosen: deed.spot }
    case 'remove': return remove(sketch, deed.spot)
    case 'shift': return { ...sketch, shape: translate(shape, deed.by), chosen: null }
    case 'write': return write(sketch, deed.part, deed.ring, deed.path.map(settled))
  }
}

/** All that was drawn, and what was taken back. */
export interface History {
  past: readonly Sketch[]
  now: Sketch
  future: readonly Sketch[]
}

export const opened = (now: Sketch): History => ({ past: [], now, future: [] })

/** One step on; choosing a vertex is no step of its own. */
export function step(history: History, deed: Deed): History {
  const now = after(history.now, deed)
  if (now === history.now) return history
  if (deed.do === 'choose') return { ...history, now }
  return { past: [...history.past, history.now], now, future: [] }
}

export function undo({ past, now, future }: History): History {
  const last = past.at(-1)
  return last ? { past: past.slice(0, -1), now: { ...last, chosen: null }, future: [now, ...future] } : { past, now, future }
}

export function redo({ past, now, future }: History): History {
  const [next, ...rest] = future
  return next ? { past: [...past, now], now: next, future: rest } : { past, now, future }
}

/** The shape with the open path closed, if that is all it lacks; null where there is nothing to hand over. */
export function handedOver(sketch: Sketch): Shape | null {
  const closed = sketch.open ? after(sketch, { do: 'close' }) : sketch
  if (closed.open && (closed.open.path.length > 0 || isEmpty(closed.shape))) return null
  return isEmpty(closed.shape) ? null : closed.shape
}

/** The path that is being written or holds the chosen vertex; else the first. */
export function pathInHand({ shape, open, chosen }: Sketch): { part: number | null; ring: number; path: Path } {
  if (open) return { part: null, ring: 0, path: open.path }
  const [part, ring] = [chosen?.part ?? 0, chosen?.ring ?? 0]
  return { part, ring, path: pathAt(shape, part, ring) }
}
