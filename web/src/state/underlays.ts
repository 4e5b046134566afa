// Pictures and maps under the data: what there is, which of them are shown and how strongly. The register has a
// default for its own pictures; what a person chooses otherwise is kept in this browser, by register.
import { defineStore } from 'pinia'
import { computed, ref, shallowRef } from 'vue'
import { api } from '../api/client'
import { scans } from '../api/scans'
import type { Bilingual, Box } from '../api/types'
import type { UnderlaysAnswer } from '../api/underlays'
import { store, stored } from './kept'
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
  /** how the office has it shown */
  usual: Shown | null
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

/** Whether one is shown otherwise than usual; how strongly counts where it is shown. */
export const differs = (one: Shown, usual: Shown | null): boolean =>
  one.on !== (usual?.on ?? false) || (one.on && one.opacity !== (usual?.opacity ?? FULL))

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
    usual: one.shown ? { on: one.shown.on, opacity: one.shown.opacity } : null,
  }))
  const maps = answer.basemaps.map((one) => ({
    id: `map:${one.url}`,
    title: one.title,
    tiles: one.hosts.length > 0 ? one.hosts.map((host) => one.url.replaceAll('{s}', host)) : [one.url],
    bounds: null,
    zooms: [one.min_zoom, one.max_zoom] as [number, number],
    attribution: one.attribution,
    own: false,
    usual: null,
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
  /** whether the order is not the office's */
  const moved = ref(false)
  const place = () => `underlays:${register.info?.created ?? ''}`

  async function load(): Promise<void> {
    try {
      const order = readOrder(stored(`${place()}:order`))
      const usual = listed(await api.underlays(), location.origin)
      all.value = ordered(usual, order)
      moved.value = all.value.some(({ id }, at) => usual[at]?.id !== id)
      shown.value = readShown(stored(place()))
    } catch {
      all.value = [] // the map is whole without them
    }
  }

  /** Moves one above or below its neighbour. */
  function move(id: string, by: 1 | -1): void {
    const order = swapped(all.value, id, by)
    all.value = ordered(all.value, order)
    moved.value = true
    store(`${place()}:order`, JSON.stringify(order))
  }

  const of = (id: string): Shown => shown.value[id] ?? all.value.find((one) => one.id === id)?.usual ?? { on: false, opacity: FULL }
  /** whether this browser shows them otherwise than the office has it */
  const otherwise = computed(() => moved.value || all.value.some(({ id, usual }) => shown.value[id] && differs(shown.value[id], usual)))

  /** Makes what this browser shows what the office shows. */
  async function makeUsual(): Promise<void> {
    const own = all.value.filter((one) => one.own)
    for (const [order, { id }] of own.entries()) await scans.show(id, { ...of(id), order })
    await forget(own.map(({ id }) => id))
  }

  /** Back to what the office shows; what is chosen of other maps stays. */
  async function forget(ids: readonly string[]): Promise<void> {
    shown.value = Object.fromEntries(Object.entries(shown.value).filter(([id]) => !ids.includes(id)))
    store(place(), JSON.stringify(shown.value))
    store(`${place()}:order`, null)
    await load()
  }
  const asUsual = () => forget(all.value.map(({ id }) => id))
  function set(id: string, change: Partial<Shown>): void {
    shown.value = { ...shown.value, [id]: { ...of(id), ...change } }
    store(place(), JSON.stringify(shown.value))
  }
  /** Those that are drawn, the lowest first. */
  const drawn = computed(() => all.value.filter((one) => of(one.id).on).map((one) => ({ ...one, opacity: of(one.id).opacity })))
  const attributions = computed(() => drawn.value.flatMap((one) => one.attribution ?? []))

  return { all, shown, drawn, attributions, otherwise, of, set, move, load, makeUsual, asUsual }
})
