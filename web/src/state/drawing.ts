// What is being drawn on the map, and the record that is being made new: what the map, the form and the menu
// have to know of each other. The drawing itself is in map/draw, which is loaded when it is needed.
import { defineStore } from 'pinia'
import { computed, ref, shallowRef, watch } from 'vue'
import type { Geometry, Json } from '../api/types'
import { keepDraft } from './drafts'
import { store, stored } from './kept'
import { useRegister } from './register'
import { useView } from './view'

export type Kind = 'point' | 'line' | 'area'

/** A shape being drawn. */
export interface Session {
  layer: string
  /** the record whose shape it is; of a new one the id that it will have */
  id: string
  kind: Kind
  /** the shape as it was when the drawing began; null: drawn anew */
  start: Geometry | null
  /** GeoJSON type to which it is written back */
  like: string | null
  fresh: boolean
}

/** A record that is not in the register yet. */
export interface Fresh {
  layer: string
  id: string
  values: Record<string, Json>
  geometry: Geometry | null
}

/** Tolerances of snapping that one may choose, in pixels. */
export const TOLERANCES = [5, 10, 15, 25] as const
const DIGITS = '0123456789ABCDEFGHJKMNPQRSTVWXYZ'

/** A new id: a ULID, so that a draft has its record's id from the beginning. */
export function freshId(now = Date.now()): string {
  let time = ''
  for (let rest = now, at = 0; at < 10; at += 1, rest = Math.floor(rest / 32)) time = (DIGITS[rest % 32] ?? '0') + time
  return time + Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => DIGITS[byte % 32]).join('')
}

export const useDrawing = defineStore('drawing', () => {
  const register = useRegister()
  const view = useView()
  const session = shallowRef<Session | null>(null)
  /** counts the drawings: each has a board of its own */
  const turn = ref(0)
  const fresh = shallowRef<Fresh | null>(null)
  /** the shape of a record as it was last drawn well enough to be kept */
  const drawn = shallowRef<{ id: string; geometry: Geometry | null } | null>(null)
  const snapping = ref(stored('boundstone.snap', 'yes') === 'yes')
  const tolerance = ref(Number(stored('boundstone.snap-pixels', '10')) || 10)
  watch(snapping, (on) => { store('boundstone.snap', on ? 'yes' : 'no') })
  watch(tolerance, (pixels) => { store('boundstone.snap-pixels', String(pixels)) })

  const active = computed(() => session.value !== null)
  /** Why nothing can be drawn or made new now; empty where it can. */
  const barred = computed<'readOnly' | 'past' | ''>(() => (register.info?.read_only ? 'readOnly' : view.asOf ? 'past' : ''))

  function start(next: Session): void {
    drawn.value = { id: next.id, geometry: next.start }
    session.value = next
    turn.value += 1
  }
  /** Ends the drawing with what is drawn. */
  function finish(): void {
    const ended = session.value
    const shape = drawn.value?.geometry
    session.value = null
    if (ended?.fresh && !fresh.value && shape) fresh.value = { layer: ended.layer, id: ended.id, values: {}, geometry: shape }
  }
  /** Ends the drawing; the shape is as before. */
  function cancel(): void {
    if (session.value) drawn.value = { id: session.value.id, geometry: session.value.start }
    session.value = null
  }

  /** A new record: drawn first where its layer has a geometry. */
  function add(layer: string, kind: Kind | null): void {
    const id = freshId()
    view.select(null)
    fresh.value = null
    if (kind) start({ layer, id, kind, start: null, like: null, fresh: true })
    else fresh.value = { layer, id, values: {}, geometry: null }
  }
  /** A new record that begins as the copy of another, or goes on from its draft. */
  function compose(next: Fresh): void {
    view.select(null)
    session.value = null
    drawn.value = null
    fresh.value = next
  }
  /** The new record is kept or given up. */
  function drop(): void {
    const owner = register.info?.created ?? ''
    if (fresh.value) keepDraft(owner, fresh.value.layer, fresh.value.id, null)
    leave()
  }
  /** The new record stays a draft. */
  function leave(): void {
    fresh.value = null
    session.value = null
    drawn.value = null
  }
  // what is selected takes the place of what was being drawn; its draft is kept
  watch(() => view.selection, (next) => {
    if (next && (fresh.value || (session.value && session.value.id !== next.id))) leave()
    else if (!next && session.value && !session.value.fresh) leave()
  })
  watch(barred, (why) => { if (why) leave() })

  return { session, turn, fresh, drawn, snapping, tolerance, active, barred, start, finish, cancel, add, compose, drop, leave }
})
