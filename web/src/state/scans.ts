// A picture being laid under the data: sent, its points, how well they fit, the job that cuts it into tiles.
import { defineStore } from 'pinia'
import { computed, ref, shallowRef, watch } from 'vue'
import { Problem } from '../api/client'
import { scans, type Bend, type Scan, type ScanFit } from '../api/scans'
import type { Box, LonLat } from '../api/types'
import { sendTo } from '../api/upload'
import { sorted, titleOf } from '../scan/files'
import { begun, redo, step, undo, type History, type Pairs } from '../scan/points'
import { useJobs } from './jobs'
import { useUnderlays } from './underlays'
import { useView } from './view'

const PAUSE = 150
const asProblem = (cause: unknown) => (cause instanceof Problem ? cause : new Problem(0, { detail: String(cause) }))

export const useScans = defineStore('scans', () => {
  const jobs = useJobs()
  const underlays = useUnderlays()
  const view = useView()
  const open = ref(false)
  const scan = shallowRef<Scan | null>(null)
  /** share of the files that is through; null where nothing is sent */
  const sending = ref<number | null>(null)
  const left = ref<string[]>([])
  const problem = shallowRef<Problem | null>(null)
  const history = shallowRef<History>(begun)
  const bend = ref<Bend>('affine')
  const title = ref('')
  const secrecy = ref('public')
  /** the system of the picture's own coordinates, where it does not say it */
  const crs = ref('')
  /** whether points count, whatever the picture says itself */
  const byPoints = ref(true)
  const fit = shallowRef<ScanFit | null>(null)
  const busy = ref(false)
  const waited = ref<string | null>(null)
  const job = computed(() => (waited.value ? (jobs.find(waited.value) ?? null) : null))
  const pairs = computed(() => history.value.now)
  const enough = computed(() => pairs.value.points.length >= (bend.value === 'affine' ? 3 : 4))
  const ready = computed(() => title.value.trim() !== '' && (byPoints.value ? enough.value && fit.value !== null && fit.value.problem === null : Boolean(scan.value?.crs ?? crs.value)))
  let stop: AbortController | null = null
  let asking: AbortController | null = null

  function begin(): void {
    reset()
    open.value = true
  }
  function reset(): void {
    stop?.abort()
    scan.value = fit.value = problem.value = null
    history.value = begun
    left.value = []
    bend.value = 'affine'
    title.value = crs.value = ''
    secrecy.value = 'public'
    waited.value = null
  }
  /** Closes; what was sent and not laid under the data is discarded. */
  function close(): void {
    const gone = scan.value
    if (gone && !waited.value) void scans.discard(gone.upload).catch(() => undefined) // swept away later
    reset()
    open.value = false
  }

  async function send(files: readonly File[]): Promise<void> {
    const { picture, places, others } = sorted(files)
    const into = scan.value && !picture ? scan.value.upload : null
    const wanted = into ? [...files] : picture ? [picture, ...places] : []
    left.value = into ? [] : others.map(({ name }) => name)
    problem.value = null
    if (wanted.length === 0) return
    stop = new AbortController()
    const all = wanted.reduce((sum, { size }) => sum + size, 0)
    let done = 0
    let upload = into
    sending.value = 0
    try {
      let found: Scan | null = null
      for (const file of wanted) {
        found = await sendTo<Scan>(scans.pictures, file, upload, { progress: (bytes) => { sending.value = (done + bytes) / Math.max(1, all) }, signal: stop.signal })
        upload = found.upload
        done += file.size
      }
      take(found)
    } catch (cause) {
      if (upload && !into) void scans.discard(upload).catch(() => undefined)
      if (!(cause instanceof DOMException)) problem.value = asProblem(cause)
    } finally {
      sending.value = null
      stop = null
    }
  }
  function take(found: Scan | null): void {
    if (!found) return
    const again = scan.value?.upload === found.upload
    scan.value = found
    byPoints.value = !found.placed
    if (!again) title.value = titleOf(found.name)
  }
  const cancel = () => { stop?.abort() }

  function point(next: (now: Pairs) => Pairs): void {
    history.value = step(history.value, next(history.value.now))
  }
  const back = () => { history.value = undo(history.value) }
  const again = () => { history.value = redo(history.value) }

  async function tryFit(): Promise<void> {
    asking?.abort()
    const { points } = pairs.value
    if (!scan.value || points.length === 0) {
      fit.value = null
      return
    }
    const own = (asking = new AbortController())
    try {
      await new Promise((resolve) => setTimeout(resolve, PAUSE))
      if (own.signal.aborted) return
      const found = await scans.fit(scan.value.upload, [...points], bend.value, own.signal)
      if (!own.signal.aborted) fit.value = found
    } catch (cause) {
      if (cause instanceof DOMException || own.signal.aborted) return
      problem.value = asProblem(cause)
      fit.value = null
    }
  }
  watch([() => pairs.value.points, bend], () => {
    problem.value = null
    void tryFit()
  })

  /** Lays it under the data; once it is there the map goes to it and shows it. */
  async function place(): Promise<void> {
    if (!scan.value || !ready.value) return
    busy.value = true
    problem.value = null
    try {
      const started = await scans.place(scan.value.upload, {
        title: title.value.trim(),
        secrecy: secrecy.value,
        ...(!byPoints.value && crs.value && { crs: crs.value }),
        points: byPoints.value ? [...pairs.value.points] : [],
        bend: bend.value,
      })
      jobs.put(started)
      waited.value = started.id
      const ended = await jobs.ended(started.id)
      if (ended.state === 'done') arrived(ended.outcome as { underlay: string; bbox: Box })
      else if (ended.failure) problem.value = new Problem(0, { ...ended.failure })
    } catch (cause) {
      problem.value = asProblem(cause)
    } finally {
      busy.value = false
      waited.value = null
    }
  }
  function arrived(made: { underlay: string; bbox: Box }): void {
    scan.value = null // its upload has served
    reset()
    open.value = false
    void underlays.load().then(() => { underlays.set(made.underlay, { on: true }) })
    view.flyTo({ box: made.bbox })
  }

  const marks = computed<{ at: LonLat; number: number }[]>(() => (byPoints.value && fit.value ? fit.value.places.map((at, index) => ({ at, number: index + 1 })) : []))
  return { open, scan, sending, left, problem, history, bend, title, secrecy, crs, byPoints, fit, busy, job, pairs, enough, ready, marks, begin, close, send, cancel, point, back, again, place }
})
