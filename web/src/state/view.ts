// What is being looked at: place, selection, lawful date, hidden layers. Kept in step with the
// address bar by `state/sync.ts`.
import { defineStore } from 'pinia'
import { ref, shallowRef } from 'vue'
import type { Features } from '../api/imports'
import type { Box, Geometry, LonLat } from '../api/types'
import type { Place, Selection } from './address'
import { store, stored } from './kept'

const TABLE_MAP = 'boundstone.table-map'

/** Something drawn over the map beside the selection: how things stood before and after. */
export interface Comparison {
  before: Geometry[]
  after: Geometry[]
  /** the selection is one of them: it is not drawn beside them */
  instead?: boolean
}

/** What an import would do, drawn over the register; `spot`: a place pointed at. */
export interface Overlay {
  features: Features | null
  spot: LonLat | null
}

/** The earlier of two versions, on a map of its own beside the first. */
export interface Twin {
  /** the day whose register is drawn; null: today's */
  asOf: string | null
  title: string
  shapes: Geometry[]
  pieces: Geometry[]
}

/** A question that the next click on the map answers: where something is, or which record it is. */
export interface Asking {
  /** what is asked, for people */
  question: string
  /** the place, and the records of every layer that lie there */
  answer: (at: LonLat, under: readonly (Selection & { label: string | null })[]) => void
  cancel: () => void
}

/** Where the map is asked to go; a new object each time, so that the same wish can be repeated. */
export type Flight = { box: Box } | { at: [number, number]; zoom: number }

export const useView = defineStore('view', () => {
  const place = shallowRef<Place | null>(null)
  /** the ground that the map shows */
  const window = shallowRef<Box | null>(null)
  const selection = shallowRef<Selection | null>(null)
  const asOf = ref<string | null>(null)
  const hidden = ref<string[]>([])
  const comparison = shallowRef<Comparison | null>(null)
  const overlay = shallowRef<Overlay | null>(null)
  const twin = shallowRef<Twin | null>(null)
  const asking = shallowRef<Asking | null>(null)
  const flight = shallowRef<Flight | null>(null)
  /** other records found under the last click, for the drawer to offer */
  const alsoHere = shallowRef<(Selection & { label: string | null })[]>([])
  const leftOpen = ref(true)
  /** whether the map stands above the table: as last chosen, and while something of it is shown there */
  const mapInTable = ref(stored(TABLE_MAP) !== 'no')
  function chooseMapInTable(shown: boolean): void {
    mapInTable.value = shown
    store(TABLE_MAP, shown ? null : 'no')
  }
  /** whether the map is to go to the selection once its place is known */
  const wantsFlight = ref(false)

  function select(next: Selection | null): void {
    if (next?.layer === selection.value?.layer && next?.id === selection.value?.id) return
    selection.value = next
    comparison.value = null
    alsoHere.value = []
    wantsFlight.value = false
  }
  /** Selects what was chosen from a list, and brings the map there. */
  function show(next: Selection): void {
    if (next.layer === selection.value?.layer && next.id === selection.value?.id) selection.value = { ...next }
    else select(next)
    wantsFlight.value = true
  }
  function toggle(layer: string): void {
    hidden.value = hidden.value.includes(layer)
      ? hidden.value.filter((name) => name !== layer)
      : [...hidden.value, layer]
  }
  function flyTo(next: Flight): void {
    flight.value = next
  }
  return { place, window, selection, asOf, hidden, comparison, overlay, twin, asking, flight, alsoHere, leftOpen, mapInTable, chooseMapInTable, wantsFlight, select, show, toggle, flyTo }
})
