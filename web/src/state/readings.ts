// Readings of names under review, and saving those that were confirmed as one change set.
import { defineStore } from 'pinia'
import { computed, ref, shallowRef } from 'vue'
import { names, type NameReading, type WhichReadings } from '../api/names'
import { api, type Problem } from '../api/client'
import { asEdit, begun, candidate, confirmed, nextDoubt, reopened, ripe, spelled, withReading, type Review } from '../names/readings'
import { MOST, useDesk } from './desk'
import { useView } from './view'
import { asProblem } from './zoning'

const PAGE = 500

export const useReadings = defineStore('readings', () => {
  const desk = useDesk()
  const view = useView()
  /** whether its page is open: its table stands below the map then */
  const open = ref(false)
  const which = ref<WhichReadings>('open')
  const counts = ref({ total: 0, open: 0, doubtful: 0 })
  const rows = shallowRef<readonly Review[] | null>(null)
  const problem = shallowRef<Problem | null>(null)
  const saving = ref(false)
  const at = ref(0)
  const doubt = ref(0)
  let turn = 0

  const row = computed(() => rows.value?.[at.value] ?? null)
  const ready = computed(() => (rows.value ?? []).filter(({ state }) => state === 'confirmed'))

  async function load(): Promise<void> {
    const mine = (turn += 1)
    try {
      const { total, open: left, doubtful, names: found } = await names.readings(which.value, PAGE)
      if (mine !== turn) return
      counts.value = { total, open: left, doubtful }
      rows.value = found.map(begun)
      problem.value = null
      go(0)
    } catch (cause) {
      if (mine === turn) problem.value = asProblem(cause)
    }
  }
  function turnTo(next: WhichReadings): void {
    which.value = next
    void load()
  }
  function go(next: number): void {
    const count = rows.value?.length ?? 0
    at.value = Math.max(0, Math.min(count - 1, next))
    doubt.value = row.value ? nextDoubt(row.value, 0) : 0
  }
  function put(own: number, next: Review): void {
    rows.value = rows.value?.map((one, index) => (index === own ? next : one)) ?? null
  }
  /** Chooses a reading and has the name spelled with it; the newest choice counts. */
  async function choose(own: number, place: number, reading: string): Promise<void> {
    const before = rows.value?.[own]
    if (!before) return
    const next = withReading(before, place, reading)
    put(own, next)
    at.value = own
    doubt.value = nextDoubt(next, doubt.value)
    try {
      const chosen = [...next.chosen].map(([which_, said]) => ({ at: which_, reading: said }))
      const answer = await names.spell({ name: next.name.text, ...(next.name.within !== null && { within: next.name.within }), chosen })
      const now = rows.value?.[own]
      if (now?.chosen === next.chosen) put(own, spelled(now, answer.spelling, answer.toneless))
      problem.value = null
    } catch (cause) {
      problem.value = asProblem(cause)
    }
  }
  /** The nth candidate of the doubt that is looked at. */
  async function chooseNth(nth: number): Promise<void> {
    const found = row.value ? candidate(row.value, doubt.value, nth) : null
    if (found) await choose(at.value, found.at, found.reading)
  }
  function turnDoubt(way: 1 | -1): void {
    const count = row.value?.name.uncertain.length ?? 0
    if (count > 0) doubt.value = (doubt.value + way + count) % count
  }
  /** Confirms the row and goes on; what is still in doubt is gone to instead. */
  function confirm(): boolean {
    const { value: now } = row
    if (!now) return false
    if (!ripe(now)) {
      doubt.value = nextDoubt(now, 0)
      return false
    }
    put(at.value, confirmed(now))
    go(at.value + 1)
    return true
  }
  function reopen(own: number): void {
    const now = rows.value?.[own]
    if (now) put(own, reopened(now))
  }
  /** All that nothing is in doubt of. */
  function confirmClear(): void {
    rows.value = rows.value?.map((one) => (one.name.uncertain.length === 0 ? confirmed(one) : one)) ?? null
  }
  /** Saves what was confirmed as one change set; gives how many, null where it was called off. */
  async function save(what: string): Promise<number | null> {
    const wanted = ready.value.slice(0, MOST)
    if (wanted.length === 0 || !(await desk.sign())) return null
    saving.value = true
    try {
      const done = await desk.commit(wanted.map(asEdit), what)
      if (!done) return null
      await load()
      return wanted.length
    } finally {
      saving.value = false
    }
  }
  /** The place of a name on the map. */
  async function look({ place }: NameReading): Promise<void> {
    if (!place) return
    const found = await api.record('place', place, { asOf: view.asOf }).catch(() => null)
    if (found?.bbox) view.flyTo({ box: found.bbox })
  }

  return { open, which, counts, rows, problem, saving, at, doubt, row, ready, load, turnTo, go, choose, chooseNth, turnDoubt, confirm, reopen, confirmClear, save, look }
})
