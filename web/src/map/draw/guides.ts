// What a drawing can be caught by: the true lines of the things on the map near the pointer. The map tells
// which things those are; their vertices come from the server, to the last digit, each thing once.
import { api } from '../../api/client'
import { GEOMETRY, asGeometry } from '../../desk/geometry'
import { pathAt, fromGeometry, type Shape, type Spot } from './shape'
import type { Guide } from './snap'

export interface Thing {
  layer: string
  id: string
}

const keyOf = ({ layer, id }: Thing) => `${layer}/${id}`

/** The lines of a shape as guides; rings closed. */
export function guidesOf(shape: Shape, of: string): Guide[] {
  return shape.parts.flatMap((rings) => rings.map((path): Guide => ({ of, path: shape.kind === 'area' ? [...path, ...path.slice(0, 1)] : path })))
}

/** The shape's own lines without the path of the vertex in hand, which would hold itself fast. */
export function ownGuides(shape: Shape, hand: Spot | null): Guide[] {
  const guides: Guide[] = []
  shape.parts.forEach((rings, part) => {
    rings.forEach((_, ring) => {
      if (part === hand?.part && ring === hand.ring) return
      guides.push(...guidesOf({ kind: shape.kind, parts: [[pathAt(shape, part, ring)]] }, ''))
    })
  })
  return guides
}

/** The known lines of things; what is not known yet is asked for, and `arrived` is called when it is there. */
export class Guides {
  private readonly known = new Map<string, Guide[]>()
  private readonly asked = new Map<string, Promise<void>>()
  private readonly arrived: () => void

  constructor(arrived: () => void) {
    this.arrived = arrived
  }

  of(things: readonly Thing[]): Guide[] {
    return things.flatMap((thing) => {
      const key = keyOf(thing)
      const guides = this.known.get(key)
      if (!guides && !this.asked.has(key)) this.asked.set(key, this.ask(thing))
      return guides ?? []
    })
  }

  /** The same, but waits for what is not known, at most so many milliseconds. */
  async soon(things: readonly Thing[], patience: number): Promise<Guide[]> {
    this.of(things)
    const waiting = things.flatMap((thing) => this.asked.get(keyOf(thing)) ?? [])
    if (waiting.length > 0) await Promise.race([Promise.all(waiting), new Promise((resolve) => setTimeout(resolve, patience))])
    return this.of(things)
  }

  /** After a change of the register nothing is known any more. */
  forget(): void {
    this.known.clear()
    this.asked.clear()
  }

  private async ask(thing: Thing): Promise<void> {
    const key = keyOf(thing)
    try {
      const { values } = await api.values(thing.layer, thing.id)
      const geometry = asGeometry(values[GEOMETRY])
      const shape = geometry ? fromGeometry(geometry) : null
      this.known.set(key, shape ? guidesOf(shape, key) : [])
    } catch {
      this.known.set(key, []) // gone, or the line is broken: there is nothing to be caught by
    }
    this.asked.delete(key)
    this.arrived()
  }
}
