// Pictures and maps under the data: what there is, which of them are shown and how strongly. The choice is
// kept in this browser, by register.
import { defineStore } from 'pinia'
import { computed, ref, shallowRef } from 'vue'
import { api } from '../api/client'
import type { Bilingual, Box, UnderlaysAnswer } from '../api/types'
import { useRegister } from './register'

/** Something that can be laid under the data. */
export interface Underlay {
  id: string
  title: string | Bilingual
  /** addresses of a tile with {z}, {x}, {y} */
  tiles: string[]
  bounds: Box | null
  zooms: [number, number]
  /** whose it is, where that must be said on the map */
  attribution: string | null
  /** whether it is a picture of the register's own, that can be called otherwise and taken away */
  own: boolean
}

/** How one is shown. */
export interface Shown {
  on: boolean
  /** 0 to 100 */
  opacity: number
}

/** In the order that was chosen, the lowest first; what is new lies above all others of its kind. */
export function ordered(all: readonly Underlay[], order: readonly string[]): Underlay[] {
  const place = ({ id }: Underlay) => order.indexOf(id)
  const known = all.filter((one) => place(one) >= 0).sort((a, b) => place(a) - place(b))
  return [...known, ...all.filter((one) => place(one) < 0)]
}

/** The order once one has changed places with its neighbour above (1) or below (-1). */
export function swapped(all: readonly Underlay[], id: string, by: 1 | -1): string[] {
  const ids = all.map((one) => one.id)
  const at = ids.indexOf(id)
  const other = ids[at + by]
  if (at < 0 || other === undefined) return ids
  return ids.map((one) => (one === id ? other : one === other ? id : one))
}

/** An order as it was kept; what cannot be read is none. */
export function readOrder(text: string | null): string[] {
  try {
    const found: unknown = JSON.parse(text ?? '[]')
    return Array.isArray(found) ? found.filter((id): id is string => typeof id === 'string') : []
  } catch {
    return []
  }
}

export const FULL = 100

/** All in one list: the register's own pictures, then maps of others. */
export function listed(answer: UnderlaysAnswer, origin: string): Underlay[] {
  const pictures = answer.underlays.map((one) => ({
    id: one.id,
    title: one.title,
    tiles: [origin + one.tiles],
    bounds: one.bbox,
    zooms: [one.min_zoom, one.max_zoom] as [number, number],
    attribution: null,
    own: true,
  }))
  const maps = answer.basemaps.map((one) => ({
    id: `map:${one.url}`,
    title: one.title,
    tiles: one.hosts.length > 0 ? one.hosts.map((host) => one.url.replaceAll('{s}', host)) : [one.url],
    bounds: null,
    zooms: [one.min_zoom, one.max_zoom] as [number, number],
    attribution: one.attribution,
    own: false,
  }))
  return [...maps, ...pictures]
}

/** A choice as it was kept; what cannot be read is none. */
export function readShown(text: string | null): Record<string, Shown> {
  try {
    const found: unknown = JSON.parse(text ?? '{}')
    const sound = Object.entries(found as Record<string, Partial<Shown>>).flatMap(([id, one]) =>
      typeof one.opacity === 'number' && one.opacity >= 0 && one.opacity <= FULL ? [[id, { on: one.on === true, opacity: one.opacity }] as const] : [],
    )
    return Object.fromEntries(sound)
  } catch {
    return {}
  }
}

export const useUnderlays = defineStore('underlays', () => {
  const register = useRegister()
  const all = shallowRef<Underlay[]>([])
  const shown = ref<Record<string, Shown>>({})
  const place = () => `underlays:${register.info?.created ?? ''}`

  async function load(): Promise<void> {
    try {
      all.value = ordered(listed(await api.underlays(), location.origin), readOrder(localStorage.getItem(`${place()}:order`)))
      shown.value = readShown(localStorage.getItem(place()))
    } catch {
      all.value = [] // the map is whole without them
    }
  }

  /** Moves one above or below its neighbour. */
  function move(id: string, by: 1 | -1): void {
    const order = swapped(all.value, id, by)
    all.value = ordered(all.value, order)
    try {
      localStorage.setItem(`${place()}:order`, JSON.stringify(order))
    } catch {
      // a browser that keeps nothing
    }
  }

  const of = (id: string): Shown => shown.value[id] ?? { on: false, opacity: FULL }
  function set(id: string, change: Partial<Shown>): void {
    shown.value = { ...shown.value, [id]: { ...of(id), ...change } }
    try {
      localStorage.setItem(place(), JSON.stringify(shown.value))
    } catch {
      // a browser that keeps nothing: the choice lasts as long as the page
    }
  }
  /** Those that are drawn, the lowest first. */
  const drawn = computed(() => all.value.filter((one) => of(one.id).on).map((one) => ({ ...one, opacity: of(one.id).opacity })))
  const attributions = computed(() => drawn.value.flatMap((one) => one.attribution ?? []))

  return { all, shown, drawn, attributions, of, set, move, load }
})
