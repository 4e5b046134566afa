// The inspection desk: which round and task is open, its tasks as last heard, in what order they stand, where one is,
// and what is written but not yet in the register.
import { defineStore } from 'pinia'
import { computed, ref, shallowRef, watch } from 'vue'
import { Problem } from '../api/client'
import { inspections, type Inspect, type LineDue, type Recorded, type Round, type RoundTasks, type Side, type Subject, type Task } from '../api/inspections'
import { draftKey, keepDraft, readDrafts, type Draft } from '../inspect/drafts'
import { pictureOf, type RoundPicture } from '../inspect/picture'
import { Position, positions, type Fix, type NoFix } from '../inspect/position'
import { keyOf, ordered, sifted, type Order, type Sift } from '../inspect/tasks'
import { store, stored } from './kept'
import { useRegister } from './register'
import { useView } from './view'

const asProblem = (cause: unknown) => (cause instanceof Problem ? cause : new Problem(0, { detail: String(cause) }))
const SIDE = 'boundstone.inspect.side'

export const useRounds = defineStore('rounds', () => {
  const register = useRegister()
  const view = useView()
  const board = shallowRef<{ rounds: Round[]; due: LineDue[] } | null>(null)
  const round = shallowRef<RoundTasks | null>(null)
  const problem = shallowRef<Problem | null>(null)
  /** key of the open task, see `keyOf` */
  const open = ref<string | null>(null)
  /** the side for which one records */
  const side = ref<Side>(stored(SIDE) === 'b' ? 'b' : 'a')
  const order = ref<Order>('along')
  const sift = ref<Sift>('all')
  const me = shallowRef<Fix | null>(null)
  const meProblem = ref<NoFix | ''>('')
  const drafts = shallowRef<Record<string, Draft>>({})
  /** codes of the lines chosen for a new round; null while none is being made */
  const chosen = ref<string[] | null>(null)
  /** the map's picture of the found position, from the form */
  const found = shallowRef<RoundPicture['found']>(null)
  watch(side, (now) => { store(SIDE, now) })

  const owner = computed(() => register.info?.created ?? '')
  const task = computed<Task | null>(() => round.value?.tasks.find((one) => keyOf(one) === open.value) ?? null)
  const list = computed(() =>
    round.value ? ordered(sifted(round.value.tasks, sift.value, side.value), order.value, round.value.lines, me.value?.at ?? null) : [])
  const unsent = computed(() => Object.values(drafts.value).filter((draft) => draft.unsent).length)
  const picture = computed<RoundPicture | null>(() =>
    round.value ? { ...pictureOf(round.value.tasks, side.value, open.value), found: found.value, me: me.value?.at ?? null } : null)

  async function loadBoard(): Promise<void> {
    try {
      board.value = await inspections.board({ asOf: view.asOf })
      problem.value = null
    } catch (cause) {
      problem.value = asProblem(cause)
    }
  }

  async function loadRound(id: string): Promise<void> {
    if (round.value?.id !== id) {
      round.value = null
      open.value = null
    }
    drafts.value = readDrafts(owner.value, id)
    try {
      const fresh = await inspections.round(id, { asOf: view.asOf })
      round.value = fresh
      problem.value = null
    } catch (cause) {
      problem.value = asProblem(cause) // what was shown stays
    }
  }

  function keep(key: string, draft: Draft | null): boolean {
    const id = round.value?.id
    if (!id) return false
    const kept = keepDraft(owner.value, id, key, draft)
    drafts.value = readDrafts(owner.value, id)
    return kept
  }
  const draftOf = (one: Task, whose: string): Draft | null => drafts.value[draftKey(keyOf(one), whose)] ?? null

  function leave(): void {
    position.stop()
    open.value = null
    round.value = null
    chosen.value = null
    found.value = null
  }

  // -- where one is -------------------------------------------------------------------------------
  const position = new Position(positions())
  const stands = (fix: Fix) => {
    meProblem.value = ''
    me.value = fix
  }
  /** Follows one's position as long as the desk is open. */
  function locate(failed: (why: NoFix) => void): void {
    position.follow(stands, (why) => {
      meProblem.value = why
      failed(why)
    })
  }
  /** Where one is now; throws what `whyNot` reads. */
  async function stand(): Promise<Fix> {
    const fix = await position.once()
    stands(fix)
    return fix
  }

  /** The next task of the list that this side has not recorded, after the open one. */
  function next(): Task | null {
    const all = ordered(round.value?.tasks ?? [], order.value, round.value?.lines ?? [], me.value?.at ?? null).map((one) => one.task)
    const at = all.findIndex((one) => keyOf(one) === open.value)
    const turned = [...all.slice(at + 1), ...all.slice(0, Math.max(0, at))]
    return turned.find((one) => sifted([one], 'todo', side.value).length > 0) ?? null
  }

  return {
    board, round, problem, open, side, order, sift, me, meProblem, drafts, chosen, found, task, list, unsent, picture,
    loadBoard, loadRound, keep, draftOf, leave, locate, stand, next,
  }
})

export type { Inspect, Recorded, Subject }
