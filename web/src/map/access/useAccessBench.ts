// Service circles on the map: what the canvas hears becomes questions and trials, and the answers become dots, shades,
// streets and ways.
import { computed, onBeforeUnmount, onMounted, ref, shallowRef, watch } from 'vue'
import { services, type Facility, type Question, type Reached } from '../../api/access'
import type { Box, LonLat } from '../../api/types'
import { isRequired } from '../../access/choice'
import { shadeOf } from '../../access/bars'
import { latest } from '../../access/latest'
import { useAccess, type Which } from '../../state/access'
import { useAside } from '../../state/aside'
import { useJobs } from '../../state/jobs'
import { useView } from '../../state/view'
import type { Sheet } from '../sheet'
import type { AccessCanvas, Sign, Under } from './canvas'

/** Below this zoom single streets are not told apart, and not asked for. */
export const STREETS_FROM = 11.5
const NOBODY: ReadonlySet<number> = new Set()

export function useAccessBench(sheet: Sheet) {
  const access = useAccess()
  const aside = useAside()
  const jobs = useJobs()
  const view = useView()
  let canvas: AccessCanvas | null = null
  let gone = false
  const window_ = shallowRef<{ box: Box; zoom: number } | null>(null)
  const reached = shallowRef<Reached | null>(null)
  /** why a click did nothing: there is no gate, no compound */
  const missed = ref<'' | 'gate' | 'compound' | 'full'>('')
  const line = shallowRef<LonLat[]>([])
  const tool = computed(() => access.tool)
  const far = computed(() => (window_.value?.zoom ?? 0) < STREETS_FROM)

  // -- what is drawn ---------------------------------------------------------------------------------------
  const kindOf = (id: string) => access.catalogue?.classes.find((one) => one.id === id)?.kinds[0] ?? id
  const symbolOf = ({ class: id, status, change, counts }: Facility) => {
    const state = counts ? '' : change === 'closed' || status === 'closed' ? '-closed' : '-planned'
    return `facility-${kindOf(id)}${state}`
  }
  const same = (one: Facility) => {
    const open = aside.open
    if (open?.kind === 'facility') return one.id === open.id
    return open?.kind === 'added' && one.at === open.at
  }
  /** where the way leads, if it is of another class than those that are drawn */
  const end = computed<Sign[]>(() => {
    const { taken, route } = aside
    if (!taken?.place || !route || access.coverage?.facilities.some(({ id }) => id !== null && id === taken.facility)) return []
    return [{ place: taken.place, name: taken.name ?? '', symbol: `facility-${kindOf(taken.class)}`, change: '', draggable: false, chosen: true }]
  })
  const signs = computed<Sign[]>(() => [...(access.coverage?.facilities ?? []).map((one) => ({ place: one.place, name: one.name, symbol: symbolOf(one), change: one.change ?? '', draggable: access.trying && one.counts, chosen: same(one) })), ...end.value])
  const served = computed<ReadonlySet<number>>(() => (aside.facility ? new Set(aside.facility.homes) : NOBODY))
  const shades = computed(() => new Map((access.coverage?.communities ?? []).flatMap(({ code, households }): [string, number][] => {
    const shade = shadeOf(households.share)
    return shade === null ? [] : [[code, shade]]
  })))
  const way = computed(() => ({ route: aside.route, spots: [...(aside.home ? [aside.home.place] : []), ...line.value], line: line.value }))

  const streets = latest<{ question: Question; body: Parameters<typeof services.reached>[1] }, Reached>(
    ({ question, body }) => services.reached(question, body),
    (answer) => { reached.value = answer },
    () => { reached.value = null }, // the streets are missing; dots and figures say the same
    () => undefined,
  )
  const reachWanted = computed(() => access.shown.streets && !isRequired(access.choice.class) && access.choice.measure === 'network' && !far.value && access.coverage !== null)
  function askStreets(): void {
    if (!reachWanted.value || !window_.value) {
      streets.drop()
      reached.value = null
      return
    }
    const only = aside.open?.kind === 'facility' ? [aside.open.id] : undefined
    streets.run({ question: access.question, body: { ...(only && { facilities: only }), window: window_.value.box, outline: true } })
  }

  // -- what is done ----------------------------------------------------------------------------------------
  const rest = () => { access.tool = { kind: 'look' } }
  function clicked(under: Under): void {
    missed.value = ''
    const now = access.tool
    if (now.kind === 'look') look(under)
    else if (now.kind === 'add') finish(access.change({ kind: 'add', place: under.at, class: access.adding }))
    else if (now.kind === 'move') {
      access.move(now.which, under.at)
      rest()
    } else if (now.kind === 'open_gate') {
      if (under.gate === null) missed.value = 'gate'
      else finish(access.change({ kind: 'open_gate', gate: under.gate }))
    } else if (now.kind === 'add_gate') {
      if (under.compound === null) missed.value = 'compound'
      else finish(access.change({ kind: 'add_gate', compound: under.compound, place: under.at }))
    } else {
      line.value = [...line.value, under.at]
      if (line.value.length > 1) finish(access.change({ kind: 'link', line: line.value }))
    }
  }
  function finish(done: boolean): void {
    if (!done) missed.value = 'full'
    line.value = []
    rest()
  }
  function look({ sign, home }: Under): void {
    const facility = sign === null ? undefined : access.coverage?.facilities[sign]
    if (facility) aside.showFacility(facility)
    else if (home !== null) aside.show({ kind: 'home', home })
    else if (aside.open && ['home', 'place', 'facility', 'added'].includes(aside.open.kind)) aside.close()
  }
  let held: Which | null = null
  function dragged(sign: number, to: LonLat, done: boolean): void {
    const facility = access.coverage?.facilities[sign]
    held ??= facility ? access.which(facility) : null
    if (!held) return
    if (done) access.move(held, to)
    else access.preview(held, to)
    if (done) held = null
  }

  /** Esc: the tool first, then the drawer. */
  function onKey(event: KeyboardEvent): void {
    if (event.key !== 'Escape' || event.defaultPrevented || view.asking || jobs.open || view.selection) return
    if (document.querySelector('.el-overlay:not([style*="none"]), .el-popper:not([style*="display: none"])')) return
    if (access.tool.kind !== 'look') rest()
    else if (aside.open) aside.close()
    else return
    event.preventDefault()
  }

  function drawAll(): void {
    canvas?.showHomes(access.homes, access.dots, served.value)
    canvas?.showSigns(signs.value)
    canvas?.showReached(reached.value)
    canvas?.showShades(shades.value)
    canvas?.showWay(way.value)
    canvas?.showLayers(access.shown)
    canvas?.point(access.tool.kind !== 'look')
  }
  onMounted(async () => {
    window.addEventListener('keydown', onKey, true)
    const made = await sheet.lend(async () => {
      const { AccessCanvas: Made } = await import('./canvas')
      return (map, done) => new Made(map, { clicked, dragged, moved: (box, zoom) => { window_.value = { box, zoom } } }, done)
    })
    if (gone) {
      made.close()
      return
    }
    canvas = made
    drawAll()
  })
  onBeforeUnmount(() => {
    gone = true
    streets.drop()
    window.removeEventListener('keydown', onKey, true)
    canvas?.close()
    canvas = null
  })
  watch([() => access.homes, () => access.dots, served], () => { canvas?.showHomes(access.homes, access.dots, served.value) })
  watch(signs, (now) => { canvas?.showSigns(now) })
  watch(reached, (now) => { canvas?.showReached(now) })
  watch(shades, (now) => { canvas?.showShades(now) })
  watch(way, (now) => { canvas?.showWay(now) })
  watch(() => ({ ...access.shown }), (now) => { canvas?.showLayers(now) })
  watch(tool, (now) => {
    missed.value = ''
    if (now.kind !== 'link') line.value = []
    canvas?.point(now.kind !== 'look')
  })
  watch([() => access.coverage, reachWanted, window_, () => aside.open], askStreets)

  return { tool, missed, line, far, reached, shades, rest }
}
