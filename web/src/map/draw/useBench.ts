// The drawing board: what the pen reports becomes deeds of the drawing, and the drawing becomes marks for the
// pen and figures for the reader.
import { computed, onBeforeUnmount, onMounted, ref, shallowRef, watch } from 'vue'
import type { LonLat } from '../../api/types'
import { useDrawing, type Session } from '../../state/drawing'
import { useRegister } from '../../state/register'
import type { Sheet } from '../sheet'
import { after, begin, closable, handedOver, opened, redo, step, undo, type Deed, type Sketch } from './edit'
import { Guides, ownGuides } from './guides'
import { grabbed, handlesOf, touches, type Handle } from './handles'
import { figuresOf, marksOf } from './marks'
import type { Pen } from './pen'
import { FEWEST, crossing, isEmpty, settled, toGeometry, type Shape, type Spot } from './shape'
import { catchAt, type Caught } from './snap'

export type Tool = 'vertices' | 'move'
/** Milliseconds that a click waits for lines that are still on their way. */
const PATIENCE = 500
const coarse = () => matchMedia('(pointer: coarse)').matches
const radius = () => (coarse() ? 22 : 10)

type Hold = { handle: Handle; spot: Spot } | { from: LonLat }

export function useBench(sheet: Sheet, session: Session) {
  const drawing = useDrawing()
  const register = useRegister()
  const history = shallowRef(opened(begin(session.kind, session.start)))
  /** while something is dragged: how the drawing would stand */
  const live = shallowRef<Sketch | null>(null)
  const pointer = shallowRef<LonLat | null>(null)
  const caught = shallowRef<Caught | null>(null)
  const tool = ref<Tool>('vertices')
  const tooMany = ref(false)
  const said = ref<{ key: string; count?: number }>({ key: '' })
  const pen = shallowRef<Pen | null>(null)
  const sketch = computed(() => live.value ?? history.value.now)
  /** drawn anew: the first path that is closed ends it */
  const anew = session.start === null
  const wasCrossing = crossing(history.value.now.shape) !== null
  const fault = computed(() => (wasCrossing ? null : crossing(history.value.now.shape)))
  let hold: Hold | null = null
  let gone = false
  let frame = 0
  let queue = Promise.resolve()
  const guides = new Guides(() => { look() })

  // -- what the drawing is ----------------------------------------------------------------------------

  function act(deed: Deed): boolean {
    const next = step(history.value, deed)
    if (next === history.value) return false
    history.value = next
    return true
  }
  /** Keeps what is drawn for the form and the draft, as long as it is fit to be kept. */
  function hand(): void {
    const shape = history.value.now.open && !anew ? history.value.now.shape : handedOver(history.value.now)
    if (shape && !isEmpty(shape) && (wasCrossing || !crossing(shape))) drawing.drawn = { id: session.id, geometry: toGeometry(shape, session.like) }
  }
  watch(history, () => {
    hand()
    show()
  })

  const fitsHole = (shape: Shape, path: readonly LonLat[]) => after({ shape, open: { path, hole: true }, chosen: null }, { do: 'close' }).open === null

  function close(): void {
    const { shape, open } = history.value.now
    if (!open) return
    if (!closable(history.value.now)) said.value = { key: 'tooFew', count: FEWEST[shape.kind] }
    else if (open.hole && !fitsHole(shape, open.path)) said.value = { key: 'holeOutside' }
    else {
      act({ do: 'close' })
      if (anew && history.value.now.shape.parts.length === 1) complete()
    }
  }
  function complete(): void {
    const { open } = history.value.now
    if (open && open.path.length > 0) {
      close()
      return
    }
    if (open && !isEmpty(history.value.now.shape)) act({ do: 'giveUp' })
    if (fault.value) said.value = { key: 'crossing' }
    else if (isEmpty(history.value.now.shape)) said.value = { key: 'nothing' }
    else {
      hand()
      drawing.finish()
    }
  }
  /** One level back: the path being drawn, else the drawing as a whole. */
  function escape(): void {
    if (live.value) {
      live.value = null
      hold = null
      show()
    } else if (!act({ do: 'giveUp' })) drawing.cancel()
  }
  function back(): void {
    const before = history.value.now
    if (!act({ do: 'back' })) said.value = { key: before.open || !before.chosen ? 'nothingBack' : 'lastVertices', count: FEWEST[before.shape.kind] }
  }
  const turn = (way: typeof undo, key: string) => {
    const next = way(history.value)
    if (next === history.value || next.now === history.value.now) said.value = { key }
    else {
      history.value = next
      said.value = { key: way === undo ? 'undone' : 'redone' }
    }
  }

  // -- what the pen reports -----------------------------------------------------------------------------

  const things = (at: LonLat) => (pen.value?.near(at, drawing.tolerance) ?? []).filter(({ layer, id }) => layer !== session.layer || id !== session.id)
  function snapped(at: LonLat, lines: ReturnType<Guides['of']>): Caught | null {
    const now = history.value.now
    const hand = hold && 'spot' in hold ? hold.spot : null
    return catchAt(at, [...lines, ...ownGuides(now.shape, hand)], drawing.tolerance, pen.value?.zoom ?? 0)
  }
  const catchNow = (at: LonLat) => (drawing.snapping ? snapped(at, guides.of(things(at))) : null)
  async function catchSoon(at: LonLat): Promise<LonLat> {
    if (!drawing.snapping) return at
    return snapped(at, await guides.soon(things(at), PATIENCE))?.at ?? at
  }
  const handles = () => (pen.value ? handlesOf(sketch.value, pen.value.view, pen.value.zoom) : { handles: [], tooMany: false })
  const handleAt = (at: LonLat, reach = radius()) => grabbed(handles().handles, at, reach, pen.value?.zoom ?? 0)

  /** Looks at what is under the pointer, once a frame. */
  function look(): void {
    if (frame !== 0 || gone) return
    frame = requestAnimationFrame(() => {
      frame = 0
      const at = pointer.value
      if (!at || hold || gone) return
      const { open, shape } = history.value.now
      const handle = open?.path.length === 0 ? null : handleAt(at)
      caught.value = open && !handle ? catchNow(at) : null
      pen.value?.cursor(open ? 'crosshair' : tool.value === 'move' ? (touches(sketch.value, at, radius(), pen.value.zoom) ? 'grab' : 'crosshair') : handle ? 'pointer' : shape.kind === 'point' ? 'crosshair' : 'grab')
      show()
    })
  }

  async function click(at: LonLat): Promise<void> {
    const { open, shape } = history.value.now
    const handle = handleAt(at)
    if (open && handle?.what === 'open' && open.path.length > 0) {
      const { at: v } = handle.spot
      if (v === open.path.length - 1 || (v === 0 && shape.kind === 'area' && open.path.length >= FEWEST.area)) {
        close()
        return
      }
    }
    if (open) {
      if (act({ do: 'place', at: await catchSoon(at) })) said.value = { key: 'placed', count: history.value.now.open?.path.length ?? 1 }
      if (shape.kind === 'point' && anew) complete()
    } else if (tool.value === 'move') {
      said.value = { key: 'dragToMove' }
    } else if (handle?.what === 'middle') {
      act({ do: 'insert', spot: handle.spot, at: handle.at })
    } else if (handle) {
      act({ do: 'choose', spot: handle.spot })
    } else if (shape.kind === 'point' && shape.parts.length === 1) {
      act({ do: 'place', at: await catchSoon(at) })
    } else act({ do: 'choose', spot: null })
  }

  const drag = (at: LonLat): Deed | null => {
    if (!hold) return null
    if ('from' in hold) return { do: 'shift', by: [at[0] - hold.from[0], at[1] - hold.from[1]] }
    return hold.handle.what === 'middle' ? { do: 'insert', spot: hold.spot, at } : { do: 'move', spot: hold.spot, at }
  }
  /** What would be taken hold of at a place; `beyond`: pixels that the pointer has gone meanwhile. */
  function holdAt(at: LonLat, beyond = 0): Hold | null {
    const now = history.value.now
    if (now.open) return null
    if (tool.value === 'move') return touches(now, at, radius(), pen.value?.zoom ?? 0) ? { from: at } : null
    const handle = handleAt(at, radius() + beyond)
    return handle && handle.what !== 'open' ? { handle, spot: handle.spot } : null
  }
  const reports = {
    hover: (at: LonLat) => {
      pointer.value = at
      look()
    },
    click: (at: LonLat) => {
      // let go outside the map, and only now come back
      if (hold) reports.release(at)
      else queue = queue.then(() => (gone ? undefined : click(at)))
    },
    within: (at: LonLat) => holdAt(at) !== null,
    grab: (at: LonLat) => {
      hold = holdAt(at, 5)
      if (hold) pen.value?.cursor('grabbing')
      return hold !== null
    },
    drag: (at: LonLat) => {
      if (!hold) return
      caught.value = 'from' in hold ? null : catchNow(at)
      const deed = drag(caught.value?.at ?? at)
      if (deed) live.value = after(history.value.now, deed)
      show()
    },
    release: (at: LonLat) => {
      queue = queue.then(async () => {
        if (!hold || gone) return
        const to = 'from' in hold ? at : await catchSoon(at)
        const deed = drag(settled(to))
        hold = null
        live.value = null
        caught.value = null
        pen.value?.cursor('crosshair')
        if (deed) act(deed)
        show()
      })
    },
    moved: () => { show() },
  }

  // -- what is shown ------------------------------------------------------------------------------------

  function show(): void {
    if (gone || !pen.value) return
    const { handles: all, tooMany: dense } = handles()
    tooMany.value = dense
    pen.value.show(marksOf(sketch.value, all, pointer.value, caught.value))
  }

  const figures = computed(() => figuresOf(sketch.value, caught.value?.at ?? pointer.value))

  // -- keys -----------------------------------------------------------------------------------------------

  const WRITING = 'input:not([type=checkbox]), textarea, select, [contenteditable], .el-overlay'
  function onKey(event: KeyboardEvent): void {
    const target = event.target as HTMLElement
    if (target.closest(WRITING)) return
    const plain = target === document.body || target.closest('.maplibregl-canvas') !== null
    const key = event.key.length === 1 ? event.key.toLowerCase() : event.key
    const control = (event.ctrlKey || event.metaKey) && !event.altKey
    if (control && key === 'z' && !event.shiftKey) turn(undo, 'nothingToUndo')
    else if (control && (key === 'y' || key === 'z')) turn(redo, 'nothingToRedo')
    else if (control) return
    else if (key === 'Escape' && (plain || target.closest('.bench'))) escape()
    else if (!plain) return
    else if (key === 'Enter') complete()
    else if (key === 'Backspace' || key === 'Delete') back()
    else if (key === ' ' && pen.value) reports.click(pen.value.centre)
    else return
    event.preventDefault()
    event.stopPropagation()
  }

  onMounted(() => {
    window.addEventListener('keydown', onKey, true)
    void sheet.pen(reports).then((made) => {
      if (gone) {
        made.close()
        return
      }
      pen.value = made
      show()
      if (!coarse()) made.focus()
    })
  })
  onBeforeUnmount(() => {
    gone = true
    cancelAnimationFrame(frame)
    window.removeEventListener('keydown', onKey, true)
    pen.value?.close()
  })
  watch(() => register.revision, () => { guides.forget() })
  watch(tool, () => { act({ do: 'choose', spot: null }) })

  return { history, sketch, tool, said, caught, tooMany, fault, figures, anew, ready: computed(() => pen.value !== null), act, complete, escape, back, undo: () => { turn(undo, 'nothingToUndo') }, redo: () => { turn(redo, 'nothingToRedo') } }
}
