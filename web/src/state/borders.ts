// Borders being changed: what is in view, what is taken hold of, and the draft of changes with what it would do.
// Changes gather here, are tried out on the server one after another, and become one change set.
import { defineStore } from 'pinia'
import { computed, ref, shallowRef, watch } from 'vue'
import { borders as calls, type Arc, type Arcs, type BorderAction, type Borders } from '../api/borders'
import { Problem } from '../api/client'
import type { Box, LonLat } from '../api/types'
import { arcOf, changedEdges } from '../map/borders/arcs'
import { useDesk } from './desk'
import { store, stored } from './kept'
import { useRegister } from './register'
import { useView } from './view'

export type BorderTool = 'points' | 'snap' | 'split' | 'merge' | 'hand'
/** What the next click on the map answers. */
export type BorderAsk = null | 'line' | 'division' | 'from' | 'to' | 'piece'

export interface DraftEdit {
  action: BorderAction
  /** what it is called: a key of boundary.edit.did, with its names */
  did: string
  names: Record<string, string>
}

/** A change that the server refused: it is not in the draft. */
export interface RefusedEdit {
  edit: DraftEdit
  problem: Problem
}

/** While something is dragged: lines gone and come, and square metres gained by place among the divisions. */
export interface Live {
  before: LonLat[][]
  after: LonLat[][]
  gains: Map<number, number>
}

const LEVEL = 'boundstone.border-level'
const draftKey = (owner: string) => `boundstone.borders.${owner}`
const asProblem = (cause: unknown) => (cause instanceof Problem ? cause : new Problem(0, { detail: String(cause) }))

export const useBorders = defineStore('borders', () => {
  const register = useRegister()
  const desk = useDesk()
  const view = useView()
  /** whether the page is open */
  const open = ref(false)
  const level = ref(stored(LEVEL))
  const window = shallowRef<Box | null>(null)
  const arcs = shallowRef<Arcs | null>(null)
  const loading = ref(false)
  const problem = shallowRef<Problem | null>(null)

  const tool = ref<BorderTool>('points')
  const ask = ref<BorderAsk>(null)
  /** an edge of the border taken hold of, and a point of it */
  const edge = shallowRef<[LonLat, LonLat] | null>(null)
  const point = shallowRef<LonLat | null>(null)
  /** what is being drawn: across a division, or round a piece */
  const path = shallowRef<LonLat[]>([])
  /** divisions chosen: to be merged, or `[from, to]` */
  const picked = ref<string[]>([])
  /** ends of the stretch to be snapped; empty: all of the border */
  const stretch = shallowRef<[LonLat, LonLat] | null>(null)
  const centre = shallowRef<{ label: string; lines: LonLat[][] } | null>(null)
  const live = shallowRef<Live | null>(null)
  const said = ref('')
  /** a place pointed at: where something does not fit */
  const spot = shallowRef<LonLat | null>(null)

  const draft = shallowRef<DraftEdit[]>([])
  const undone = shallowRef<DraftEdit[]>([])
  const effects = shallowRef<Borders | null>(null)
  const refused = shallowRef<RefusedEdit | null>(null)
  const stale = ref(false)
  const busy = ref(false)
  /** the day from which things are so in law; null: a mistake is corrected */
  const from = ref<string | null>(null)

  const arc = computed<Arc | null>(() => arcOf(arcs.value, edge.value))
  const barred = computed<'readOnly' | 'past' | ''>(() => (register.info?.read_only ? 'readOnly' : view.asOf ? 'past' : ''))
  const active = computed(() => open.value)
  const actions = computed(() => draft.value.map(({ action }) => action))
  const shapes = computed(() => (effects.value ? changedEdges(effects.value.divisions) : { before: [], after: [] }))

  watch(level, (next) => {
    store(LEVEL, next)
    drop()
    void load()
  })
  watch(tool, () => {
    path.value = []
    picked.value = []
    stretch.value = null
    centre.value = null
    ask.value = null
    live.value = refused.value = spot.value = null
  })

  // -- what is in view -----------------------------------------------------------------------------------
  let asking: AbortController | null = null
  async function load(): Promise<void> {
    if (!open.value || !window.value || !level.value) return
    asking?.abort()
    const mine = new AbortController()
    asking = mine
    loading.value = true
    try {
      const found = await calls.arcs(level.value, window.value, actions.value, view.asOf, mine.signal)
      arcs.value = found
      problem.value = null
    } catch (cause) {
      if (mine.signal.aborted) return
      problem.value = asProblem(cause)
    }
    if (asking === mine && soon === undefined) loading.value = false
  }
  let soon: ReturnType<typeof setTimeout> | undefined
  function look(next: Box): void {
    if (JSON.stringify(next) === JSON.stringify(window.value)) return
    window.value = next
    clearTimeout(soon)
    if (!open.value) return
    loading.value = true
    soon = setTimeout(() => {
      soon = undefined
      void load()
    }, 200)
  }

  function choose(next: Arc | null, at: LonLat | null = null): void {
    const [a, b] = next?.points ?? []
    edge.value = a && b ? [a, b] : null
    point.value = at
    stretch.value = null
    live.value = null
  }
  /** Nothing is taken hold of any more. */
  function drop(): void {
    edge.value = null
    point.value = null
    path.value = []
    picked.value = []
    stretch.value = null
    live.value = null
    ask.value = null
  }

  // -- the draft -------------------------------------------------------------------------------------------
  const keep = () => {
    const owner = register.info?.created
    if (owner) store(draftKey(owner), draft.value.length > 0 ? JSON.stringify({ level: level.value, draft: draft.value }) : null)
  }
  async function preview(next: DraftEdit[]): Promise<Borders | null> {
    return next.length === 0 ? null : calls.preview(next.map(({ action }) => action), from.value)
  }
  async function turnTo(next: DraftEdit[], later: DraftEdit[]): Promise<void> {
    effects.value = await preview(next)
    draft.value = next
    undone.value = later
    spot.value = null
    stale.value = false
    keep()
  }
  /** Tries a change out; it joins the draft where the server can do it. */
  async function act(edit: DraftEdit): Promise<boolean> {
    if (busy.value || barred.value) return false
    busy.value = true
    try {
      await turnTo([...draft.value, edit], [])
      refused.value = null
      return true
    } catch (cause) {
      refused.value = { edit, problem: asProblem(cause) }
      return false
    } finally {
      await load()
      live.value = null
      busy.value = false
    }
  }
  async function turn(next: DraftEdit[], later: DraftEdit[]): Promise<boolean> {
    if (busy.value) return false
    busy.value = true
    try {
      await turnTo(next, later)
      refused.value = null
      return true
    } catch (cause) {
      problem.value = asProblem(cause)
      return false
    } finally {
      await load()
      busy.value = false
    }
  }
  async function undo(): Promise<DraftEdit | null> {
    const last = draft.value.at(-1)
    return last && (await turn(draft.value.slice(0, -1), [last, ...undone.value])) ? last : null
  }
  async function redo(): Promise<DraftEdit | null> {
    const [next, ...later] = undone.value
    return next && (await turn([...draft.value, next], later)) ? next : null
  }
  async function discard(): Promise<void> {
    draft.value = []
    undone.value = []
    effects.value = null
    refused.value = null
    stale.value = false
    problem.value = null
    from.value = null
    keep()
    drop()
    await load()
  }
  /** Looks at the draft anew: after a change of the register, or of the day from which it holds. */
  async function again(): Promise<boolean> {
    if (draft.value.length === 0) {
      await load()
      return true
    }
    return turn(draft.value, undone.value)
  }
  watch(from, () => { if (draft.value.length > 0) void again() })
  watch(() => register.revision, () => {
    if (!open.value || busy.value) return
    if (draft.value.length > 0) stale.value = true
    void load()
  })
  watch(() => view.asOf, () => { void load() })

  /** All of the draft as one change set. Throws what the server refuses; the draft stays then. */
  async function commit(what: string): Promise<number> {
    const held = Object.fromEntries((effects.value?.divisions ?? []).flatMap(({ id, etag }) => (etag ? [[id, etag]] : [])))
    busy.value = true
    try {
      const revision = await desk.record([actions.value, from.value], what, (said) => calls.change(actions.value, from.value, held, said))
      draft.value = []
      undone.value = []
      effects.value = null
      refused.value = null
      from.value = null
      keep()
      drop()
      await load()
      return revision
    } catch (cause) {
      if (cause instanceof Problem && cause.status === 412) stale.value = true
      throw cause
    } finally {
      busy.value = false
    }
  }

  /** The page opens: the draft that was left is there again. */
  function enter(levels: readonly string[], first: string): void {
    open.value = true
    if (!levels.includes(level.value)) level.value = first
    const owner = register.info?.created
    const text = owner && draft.value.length === 0 ? stored(draftKey(owner)) : ''
    if (text) {
      try {
        const kept = JSON.parse(text) as { level: string; draft: DraftEdit[] }
        if (levels.includes(kept.level)) level.value = kept.level
        draft.value = kept.draft
      } catch {
        store(draftKey(owner ?? ''), null)
      }
    }
    void again()
  }
  function leave(): void {
    open.value = false
    clearTimeout(soon)
    soon = undefined
    loading.value = false
    asking?.abort()
    arcs.value = null
    live.value = null
    ask.value = null
  }

  return { open, level, window, arcs, loading, problem, tool, ask, edge, point, path, picked, stretch, centre, live, said, spot, draft, undone, effects, refused, stale, busy, from, arc, barred, active, shapes, load, look, choose, drop, act, undo, redo, discard, again, commit, enter, leave }
})
