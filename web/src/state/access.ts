// The desk of service circles: what is asked, what is tried on the register, and what came of it. The newest question
// is the only one that counts; while something is dragged, answers keep coming.
import { defineStore } from 'pinia'
import { computed, reactive, ref, shallowRef } from 'vue'
import { Problem } from '../api/client'
import { services, type Asked, type Catalogue, type Change, type Coverage, type Facility, type Figures, type Homes, type Question } from '../api/access'
import type { LonLat } from '../api/types'
import { PLAIN, classOf, isOwn, isRequired, limitOf, questionOf, settled, type Choice } from '../access/choice'
import { dotsOf } from '../access/dots'
import { latest } from '../access/latest'
import { MOST, begun, canRedo, canUndo, redone, stepped, undone, withAddedAt, withChange, without, type Steps, type Trial } from '../access/trial'
import { useView } from './view'

export const asProblem = (cause: unknown) => (cause instanceof Problem ? cause : new Problem(0, { detail: String(cause) }))

/** What the next click on the map does. */
export type Tool = { kind: 'look' | 'add' | 'open_gate' | 'add_gate' | 'link' } | { kind: 'move'; which: Which; name: string }
/** A facility: a record of the register, or one that is added, by its place among the changes. */
export type Which = { kind: 'facility'; id: string } | { kind: 'added'; at: number }
export type Shown = 'homes' | 'shade' | 'streets' | 'facilities'

const LIVE: readonly Asked[] = ['homes', 'units']
const FULL: readonly Asked[] = ['homes', 'units', 'interval', 'straight']

export const useAccess = defineStore('access', () => {
  const view = useView()
  const catalogue = shallowRef<Catalogue | null>(null)
  const homes = shallowRef<Homes | null>(null)
  const coverage = shallowRef<Coverage | null>(null)
  /** the class by its own definition and without changes, while another definition or changes are tried */
  const standard = shallowRef<Coverage | null>(null)
  const problem = shallowRef<Problem | null>(null)
  const loading = ref(false)
  const asking = ref(false)
  /** milliseconds that the last answer took */
  const took = ref(0)
  const steps = shallowRef<Steps>(begun({ choice: PLAIN, changes: [] }))
  const tool = shallowRef<Tool>({ kind: 'look' })
  const shown = reactive<Record<Shown, boolean>>({ homes: true, shade: true, streets: true, facilities: true })
  /** class of what is added, where several are asked together */
  const adding = ref('')
  /** whether its page is open: the map shows it then; and whether things may be tried there */
  const open = ref(false)
  const trying = ref(false)
  /** whether what is tried counts: how things stand is told without it */
  const counting = ref(false)
  let turn = 0
  let standardOf = ''

  const trial = computed<Trial>(() => steps.value.trials[steps.value.at] ?? { choice: PLAIN, changes: [] })
  const choice = computed(() => trial.value.choice)
  const changes = computed(() => trial.value.changes)
  const counted = computed(() => (counting.value ? changes.value : []))
  const single = computed(() => classOf(catalogue.value, choice.value.class))
  const limit = computed(() => limitOf(choice.value, catalogue.value))
  const target = computed(() => catalogue.value?.targets.find((one) => one.class === choice.value.class) ?? null)
  /** the figure that the target is about, else households */
  const figure = computed<keyof Figures>(() => target.value?.figure ?? 'households')
  const question = computed<Question>(() => questionOf(choice.value, { count: catalogue.value?.count, date: view.asOf, changes: counted.value }))
  const undoable = computed(() => canUndo(steps.value))
  const redoable = computed(() => canRedo(steps.value))
  const dots = computed(() => (homes.value && coverage.value?.homes ? dotsOf(homes.value, coverage.value.homes) : []))
  const tried = computed(() => counted.value.length > 0)

  const runner = latest<{ question: Question; asked: readonly Asked[] }, Coverage>(
    async ({ question: what, asked }) => {
      const began = performance.now()
      const answer = await services.coverage(what, asked)
      took.value = Math.round(performance.now() - began)
      return answer
    },
    (answer) => {
      coverage.value = answer
      problem.value = null
    },
    (cause) => { problem.value = asProblem(cause) },
    () => { asking.value = false },
  )

  function ask(): void {
    if (!catalogue.value || !open.value) return
    asking.value = true
    runner.run({ question: question.value, asked: tried.value ? LIVE : FULL })
    void askStandard()
  }
  /** The figure of today, by the definition of the class, to stand beside what is tried. */
  async function askStandard(): Promise<void> {
    if (!tried.value && !isOwn(choice.value)) {
      standard.value = null
      standardOf = ''
      return
    }
    const what = questionOf({ ...PLAIN, class: choice.value.class }, { count: catalogue.value?.count, date: view.asOf })
    const key = JSON.stringify([what, catalogue.value?.revision])
    if (key === standardOf) return
    standardOf = key
    standard.value = null
    try {
      const answer = await services.coverage(what, ['units'])
      if (standardOf === key) standard.value = answer
    } catch {
      if (standardOf === key) standardOf = '' // the figure is missing; the question itself says why
    }
  }

  /** Brings catalogue, homes and figures in step with the register and the day. */
  async function load(): Promise<void> {
    const mine = (turn += 1)
    loading.value = true
    try {
      const fresh = await services.classes(view.asOf)
      if (mine !== turn) return
      catalogue.value = fresh
      const now = trial.value
      steps.value = { ...steps.value, trials: steps.value.trials.map((one) => ({ ...one, choice: settled(one.choice, fresh) })) }
      if (!isRequired(choice.value.class)) adding.value = choice.value.class
      else if (!classOf(fresh, adding.value)) adding.value = fresh.required.classes[0] ?? ''
      if (now.choice.class !== choice.value.class) standardOf = ''
      problem.value = null
      ask()
      const places = await services.homes(choice.value.count || fresh.count, view.asOf)
      if (mine === turn) homes.value = places
    } catch (cause) {
      if (mine === turn) problem.value = asProblem(cause)
    } finally {
      if (mine === turn) loading.value = false
    }
  }

  function leave(): void {
    turn += 1
    runner.drop()
    open.value = false
    tool.value = { kind: 'look' }
  }

  // -- what is asked and tried -----------------------------------------------------------------------------
  function put(next: Trial): void {
    steps.value = stepped(steps.value, next)
    ask()
  }
  /** Another question. Looking at figures it is no step to go back over; with something tried it is. */
  function choose(next: Partial<Choice>): void {
    const wanted: Choice = { ...choice.value, ...next }
    if (next.class !== undefined && next.class !== choice.value.class) Object.assign(wanted, { profile: next.profile ?? '', minutes: next.minutes ?? null })
    const fitting = catalogue.value ? settled(wanted, catalogue.value) : wanted
    if (JSON.stringify(fitting) === JSON.stringify(choice.value)) return
    if (fitting.class !== choice.value.class) coverage.value = null
    if (fitting.count !== choice.value.count) {
      if (trying.value || tried.value) steps.value = stepped(steps.value, { ...trial.value, choice: fitting })
      else steps.value = begun({ ...trial.value, choice: fitting })
      void load() // other homes, in other numbers
      return
    }
    if (!isRequired(fitting.class)) adding.value = fitting.class
    else if (!catalogue.value?.required.classes.includes(adding.value)) adding.value = catalogue.value?.required.classes[0] ?? ''
    if (trying.value || tried.value) put({ ...trial.value, choice: fitting })
    else {
      steps.value = begun({ ...trial.value, choice: fitting })
      ask()
    }
  }
  function change(next: Change): boolean {
    if (changes.value.length >= MOST) return false
    const after = withChange(changes.value, next)
    if (after !== changes.value) put({ ...trial.value, changes: after })
    return true
  }
  const drop = (at: number) => { put({ ...trial.value, changes: without(changes.value, at) }) }
  const clear = () => { if (tried.value) put({ ...trial.value, changes: [] }) }
  /** Takes a whole trial over: a scenario, what a siting run proposes. */
  const take = (next: Trial) => {
    if (next.choice.class !== choice.value.class) coverage.value = null
    put({ ...next, choice: catalogue.value ? settled(next.choice, catalogue.value) : next.choice })
  }

  /** Which facility one of the answer is; null where it cannot be told. */
  function which(facility: Facility): Which | null {
    if (facility.id !== null) return { kind: 'facility', id: facility.id }
    return facility.at !== null && changes.value[facility.at]?.kind === 'add' ? { kind: 'added', at: facility.at } : null
  }
  const moved = (one: Which, place: LonLat) =>
    one.kind === 'added' ? withAddedAt(changes.value, one.at, place) : withChange(changes.value, { kind: 'move', facility: one.id, place })
  /** A facility put elsewhere. */
  const move = (one: Which, place: LonLat) => { put({ ...trial.value, changes: moved(one, place) }) }
  /** The figures while it is on its way; nothing is kept of it. */
  function preview(one: Which, place: LonLat): void {
    asking.value = true
    runner.run({ question: { ...question.value, changes: [...moved(one, place)] }, asked: LIVE })
  }
  /** A facility no longer counted; one that was added is gone. */
  function close(one: Which): void {
    if (one.kind === 'added') drop(one.at)
    else change({ kind: 'close', facility: one.id })
  }

  function step(next: Steps): void {
    if (next === steps.value) return
    steps.value = next
    ask()
  }
  const undo = () => { step(undone(steps.value)) }
  const redo = () => { step(redone(steps.value)) }

  return {
    catalogue, homes, coverage, standard, problem, loading, asking, took, steps, tool, shown, adding, open, trying, counting,
    trial, choice, changes, single, limit, target, figure, question, undoable, redoable, dots, tried,
    load, ask, leave, choose, change, drop, clear, take, which, move, preview, close, undo, redo,
  }
})
