// Borders changed on the map: what the pen reports becomes changes of the draft, and what is taken hold of becomes
// marks and strokes.
import { computed, onBeforeUnmount, onMounted, watch } from 'vue'
import { api } from '../../api/client'
import type { LonLat } from '../../api/types'
import { GEOMETRY, asGeometry } from '../../desk/geometry'
import { useBorders } from '../../state/borders'
import { useEdits } from '../../modes/boundary/borders/useEdits'
import type { Mark } from '../draw/marks'
import type { Pen } from '../draw/pen'
import { fromGeometry, settled } from '../draw/shape'
import { catchAt } from '../draw/snap'
import type { Sheet } from '../sheet'
import { gains, handleAt, handlesOf, insertGains, isCut, nearest, neighbours, placeLocked, pointLocked, same, type Handle } from './arcs'
import { line, putBorders, type Stroke } from './layers'

const coarse = () => matchMedia('(pointer: coarse)').matches
const radius = () => (coarse() ? 22 : 10)
/** Milliseconds without a key after which a nudge is a change. */
const REST = 700
const NUDGES: Record<string, readonly [number, number]> = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, 1], ArrowDown: [0, -1] }

export function useBorderBench(sheet: Sheet) {
  const borders = useBorders()
  const edits = useEdits()
  const put = (strokes: readonly Stroke[]) => { sheet.lay((map) => { putBorders(map, strokes) }) }
  let pen: Pen | null = null
  let gone = false
  let hold: Handle | null = null
  let pointer: LonLat | null = null
  let frame = 0
  let nudged: ReturnType<typeof setTimeout> | undefined
  let nudge: { at: LonLat; to: LonLat } | null = null
  const drawing = computed(() => (borders.tool === 'split' || borders.tool === 'hand') && borders.ask === null)
  const editable = computed(() => !borders.barred && !borders.busy)

  // -- what is shown ---------------------------------------------------------------------------------------
  const handles = (): Handle[] => {
    const { arc } = borders
    if (!arc || !pen || borders.barred || borders.tool !== 'points' || hold) return []
    return handlesOf(arc, pen.view, pen.zoom) ?? []
  }
  function marks(): Mark[] {
    const found: Mark[] = handles().map(({ what, place }) => ({ role: what === 'middle' ? 'middle' : 'vertex', point: place }))
    const chosen = nudge?.to ?? borders.point
    if (chosen && borders.tool === 'points') found.push({ role: 'chosen', point: chosen })
    if (drawing.value) {
      const { path } = borders
      const [first, last] = [path[0], path.at(-1)]
      if (path.length > 1) found.push({ role: 'line', line: path })
      if (pointer && first && last) found.push({ role: 'rubber', line: borders.tool === 'hand' ? [last, pointer, first] : [last, pointer] })
      for (const place of path) found.push({ role: 'vertex', point: place })
      const caught = pointer ? caughtAt(pointer) : null
      if (caught) found.push({ role: 'snap', point: caught.at })
    }
    return found
  }
  function strokes(): Stroke[] {
    const { arcs, arc, live, shapes, centre, stretch } = borders
    const found: Stroke[] = []
    for (const one of arcs?.borders ?? []) {
      if (one !== arc) found.push(line('free', one.points))
      for (const [a, b] of one.locked) found.push(line('locked', one.points.slice(a, b + 1)))
    }
    if (arc) {
      found.push(line('held', arc.points))
      for (const [a, b] of arc.locked) found.push(line('locked', arc.points.slice(a, b + 1)))
      const [from, to] = stretch ? [0, 1].map((end) => arc.points.findIndex((at) => same(at, stretch[end]))) : [-1, -1]
      if (from !== undefined && to !== undefined && from >= 0 && to >= 0) found.push(line('stretch', arc.points.slice(Math.min(from, to), Math.max(from, to) + 1)))
    }
    for (const one of centre?.lines ?? []) found.push(line('guide', one))
    found.push(...edits.outlines().map((geometry): Stroke => ({ part: 'picked', geometry })))
    found.push(...shapes.before.map((geometry): Stroke => ({ part: 'before', geometry })), ...shapes.after.map((geometry): Stroke => ({ part: 'after', geometry })))
    for (const one of live?.before ?? []) found.push(line('before', one))
    for (const one of live?.after ?? []) found.push(line('after', one))
    if (borders.spot) found.push({ part: 'spot', geometry: { type: 'Point', coordinates: borders.spot } })
    return found
  }
  function show(): void {
    if (gone) return
    cancelAnimationFrame(frame)
    frame = requestAnimationFrame(() => {
      if (gone) return
      pen?.show(marks())
      put(strokes())
    })
  }

  // -- dragging --------------------------------------------------------------------------------------------
  function pull(handle: Handle, to: LonLat): void {
    const { arcs, arc } = borders
    if (!arcs || !arc) return
    if (handle.what === 'vertex') {
      const ends = neighbours(arcs, handle.place)
      borders.live = { before: ends.map((end) => [end, handle.place]), after: ends.map((end) => [end, to]), gains: gains(arcs, handle.place, to) }
      return
    }
    const [a, b] = [arc.points[handle.at], arc.points[handle.at + 1]]
    if (a && b) borders.live = { before: [[a, b]], after: [[a, to, b]], gains: insertGains(arc, [a, b], to) }
  }
  const grabbed = (at: LonLat, more = 0) => (pen ? handleAt(handles(), at, radius() + more, pen.zoom) : null)
  /** Where a drawn point is caught: by a corner of a border, else by its side. */
  function caughtAt(at: LonLat) {
    if (!pen || !borders.arcs) return null
    const guides = borders.arcs.borders.map(({ points }) => ({ path: points, of: '' }))
    return catchAt(at, guides, coarse() ? 16 : 9, pen.zoom)
  }
  const landed = (at: LonLat): LonLat => settled(caughtAt(at)?.at ?? at)

  async function answerAsk(at: LonLat): Promise<void> {
    if (!pen) return
    if (borders.ask === 'line' || borders.ask === 'piece') {
      const area = borders.ask === 'piece'
      for (const { layer, id } of pen.near(at, coarse() ? 14 : 7)) {
        if (layer === 'division' || layer === 'boundary_line') continue
        const { values } = await api.values(layer, id)
        const geometry = asGeometry(values[GEOMETRY])
        const shape = geometry ? fromGeometry(geometry) : null
        if (shape?.kind !== (area ? 'area' : 'line')) continue
        const name = values['name']
        const label = typeof name === 'string' && name ? name : ''
        if (area) borders.path = [...(shape.parts[0]?.[0] ?? [])]
        else borders.centre = { label, lines: shape.parts.map(([path = []]) => [...path]) }
        borders.ask = null
        borders.said = area ? 'pieceTaken' : 'lineTaken'
        return
      }
      borders.said = area ? 'noPiece' : 'noLine'
      return
    }
    await edits.pickAt(at)
  }

  function click(at: LonLat): void {
    if (!pen || !borders.arcs) return
    if (borders.ask) {
      void answerAsk(at)
      return
    }
    if (borders.tool === 'merge') {
      void edits.pickAt(at)
      return
    }
    if (drawing.value) {
      if (editable.value) borders.path = [...borders.path, landed(at)]
      return
    }
    const handle = grabbed(at)
    if (handle?.what === 'vertex') {
      borders.point = handle.place
      return
    }
    const near = nearest(borders.arcs, at, radius(), pen.zoom)
    if (borders.tool === 'snap' && borders.arc && near?.arc === borders.arc) {
      edits.stretchTo(near.arc.points[near.edge] ?? at, at)
      return
    }
    borders.choose(near?.arc ?? null)
    borders.said = near ? (near.arc.locked.some(([a, b]) => a <= near.edge && near.edge < b) ? 'locked' : 'held') : ''
  }

  const reports = {
    hover: (at: LonLat) => {
      pointer = at
      if (drawing.value) show()
      if (!pen || !borders.arcs) return
      const busy = borders.ask !== null || drawing.value
      pen.cursor(busy ? 'crosshair' : grabbed(at) ? 'pointer' : nearest(borders.arcs, at, radius(), pen.zoom) ? 'pointer' : 'grab')
    },
    click,
    within: (at: LonLat) => editable.value && grabbed(at) !== null,
    grab: (at: LonLat) => {
      if (!editable.value) return false
      hold = grabbed(at, 5)
      if (hold) pen?.cursor('grabbing')
      return hold !== null
    },
    drag: (at: LonLat) => { if (hold) pull(hold, at) },
    release: (at: LonLat) => {
      const held = hold
      hold = null
      if (!held) return
      const to = settled(at)
      pull(held, to)
      void (held.what === 'vertex' ? edits.move(held.place, to) : edits.insert(held.at, to))
    },
    moved: () => {
      if (pen) borders.look(pen.view)
      show()
    },
  }

  // -- keys ------------------------------------------------------------------------------------------------
  const WRITING = 'input:not([type=checkbox]):not([type=radio]), textarea, select, [contenteditable], .el-overlay'
  function shift(by: readonly [number, number], far: boolean): void {
    const { point, arcs } = borders
    if (!pen || !point || !arcs || !editable.value) return
    if (placeLocked(arcs, point)) {
      borders.said = 'locked'
      return
    }
    const step = (360 / (512 * 2 ** pen.zoom)) * (far ? 10 : 1)
    const start = nudge?.to ?? point
    const to = settled([start[0] + by[0] * step, start[1] + by[1] * step * Math.cos((start[1] * Math.PI) / 180)])
    nudge = { at: point, to }
    pull({ what: 'vertex', at: 0, place: point }, to)
    clearTimeout(nudged)
    nudged = setTimeout(settle, REST)
  }
  function settle(): void {
    clearTimeout(nudged)
    const moved = nudge
    nudge = null
    if (moved) void edits.move(moved.at, moved.to)
  }
  function onKey(event: KeyboardEvent): void {
    const target = event.target as HTMLElement
    if (target.closest(WRITING)) return
    const onMap = target === document.body || target.closest('.maplibregl-canvas') !== null
    const key = event.key.length === 1 ? event.key.toLowerCase() : event.key
    const control = (event.ctrlKey || event.metaKey) && !event.altKey
    if (control && (key === 'z' || key === 'y')) {
      const back = key === 'z' && !event.shiftKey
      // with nothing in the draft the last change set is taken back, as elsewhere
      if (back ? borders.draft.length === 0 && borders.path.length === 0 : borders.undone.length === 0) return
      if (back && borders.path.length > 0) borders.path = borders.path.slice(0, -1)
      else void (back ? edits.undo() : edits.redo())
    } else if (control) return
    else if (key === 'Escape' && (onMap || target.closest('.borders'))) {
      if (!edits.escape()) return
    } else if (!onMap) return
    else if (NUDGES[key] && borders.point && borders.tool === 'points') shift(NUDGES[key], event.shiftKey)
    else if (key === 'Enter' && nudge) settle()
    else if (key === ' ' && pen) click(pen.centre)
    else if (key === 'Enter' && drawing.value) void edits.finish()
    else if (key === 'Backspace' && drawing.value) borders.path = borders.path.slice(0, -1)
    else if ((key === 'Delete' || key === 'Backspace') && borders.point) void edits.remove(borders.point)
    else return
    event.preventDefault()
    event.stopPropagation()
  }

  onMounted(() => {
    globalThis.addEventListener('keydown', onKey, true)
    void sheet.pen(reports).then((made) => {
      if (gone) {
        made.close()
        return
      }
      pen = made
      borders.look(made.view)
      show()
    })
  })
  onBeforeUnmount(() => {
    gone = true
    clearTimeout(nudged)
    cancelAnimationFrame(frame)
    globalThis.removeEventListener('keydown', onKey, true)
    pen?.close()
    put([])
  })
  watch(() => [borders.arcs, borders.arc, borders.point, borders.live, borders.shapes, borders.path, borders.centre, borders.stretch, borders.tool, borders.ask, borders.spot, [...borders.picked], borders.barred], show)

  /** Where something surveyed is under the point chosen. */
  const heldFast = computed(() => {
    const { arc, point } = borders
    const at = arc?.points.findIndex((place) => same(place, point)) ?? -1
    return Boolean(arc && at >= 0 && (pointLocked(arc, at) || isCut(arc, at)))
  })
  const tooDense = computed(() => Boolean(borders.arc && borders.window && borders.tool === 'points' && pen && handlesOf(borders.arc, borders.window, pen.zoom) === null))
  return { drawing, heldFast, tooDense }
}
