// The planner's table: which plan is open, which of its divisions is shown, and what is painted on it by hand.
import { defineStore } from 'pinia'
import { computed, ref, shallowRef } from 'vue'
import { Problem } from '../api/client'
import { zoning, type Assignment, type Figures, type NewPlan, type Plan, type PlanHead, type Units } from '../api/zoning'
import { boxOf } from '../map/anchor'
import { begun, canRedo, canUndo, freshZone, locking, now, painted, redone, stepped, undone, type Sheet, type Steps } from '../zoning/paint'
import type { Asked } from '../zoning/again'
import { moves, type Flow, type Moves } from '../zoning/moves'
import { useJobs } from './jobs'
import { useView } from './view'

export const asProblem = (cause: unknown) => (cause instanceof Problem ? cause : new Problem(0, { detail: String(cause) }))
const given_up = (cause: unknown) => cause instanceof DOMException && cause.name === 'AbortError'

/** Which division of a plan: today's, one of the solver's, a saved one, or what is painted now. */
export type Which = 'present' | 'own' | `alternative-${number}` | `version-${number}`
export type Tool = 'look' | 'paint' | 'lock'
/** What the map shows: the division on the table, today's, or who would move. */
export type Seen = 'plan' | 'today' | 'moves'

export const useZoning = defineStore('zoning', () => {
  const jobs = useJobs()
  const view = useView()
  const plans = shallowRef<PlanHead[] | null>(null)
  const plan = shallowRef<Plan | null>(null)
  const units = shallowRef<Units | null>(null)
  const problem = shallowRef<Problem | null>(null)
  const busy = ref(false)
  const which = ref<Which>('present')
  const steps = shallowRef<Steps>(begun([]))
  const figures = shallowRef<Figures | null>(null)
  const scoring = ref(false)
  const tool = ref<Tool>('look')
  /** the zone that is painted with; null: units are taken out of their zone */
  const brush = ref<number | null>(null)
  const chosen = ref<number | null>(null)
  const seen = ref<Seen>('plan')
  /** who is looked at among those that move */
  const flow = shallowRef<Flow | null>(null)
  /** units that a proof names */
  const marked = shallowRef<readonly number[]>([])
  /** codes for the next plan, ticked in the audit */
  const ticked = ref<string[]>([])
  /** what the next plan is asked, where it is much like another one */
  const again = shallowRef<Asked | null>(null)
  /** whether its page is open: the map shows it then */
  const open = ref(false)
  let asking: AbortController | undefined
  let turn = 0

  const sheet = computed<Sheet>(() => now(steps.value))
  const assignment = computed(() => sheet.value.assignment)
  const running = computed(() => (plan.value ? plan.value.status === 'running' : busy.value))
  const editable = computed(() => plan.value !== null && !running.value && plan.value.accepted === null)
  const undoable = computed(() => canUndo(steps.value))
  const redoable = computed(() => canRedo(steps.value))
  const zoneOf = (unit: number) => assignment.value[unit] ?? null

  /** Who would move under what is on the table; as fresh as the figures are. */
  const moving = computed<Moves | null>(() =>
    plan.value && units.value && figures.value ? moves(units.value.features.map(({ properties }) => properties), assignment.value, figures.value.zones, plan.value.communities) : null)

  async function loadPlans(): Promise<void> {
    try {
      plans.value = await zoning.plans()
      problem.value = null
    } catch (cause) {
      problem.value = asProblem(cause)
    }
  }

  function close(): void {
    turn += 1
    asking?.abort()
    plan.value = null
    units.value = null
    figures.value = null
    steps.value = begun([])
    tool.value = 'look'
    chosen.value = null
    seen.value = 'plan'
    flow.value = null
    marked.value = []
  }

  /** The division that has a name, as the plan holds it. */
  function divisionOf(from: Plan, name: Which): { assignment: Assignment; locked: number[]; figures: Figures } | null {
    if (name === 'present') return { ...from.present, locked: [] }
    const [kind, number] = name.split('-')
    if (kind === 'alternative') {
      const one = from.alternatives[Number(number)]
      return one ? { ...one, locked: [] } : null
    }
    return kind === 'version' ? (from.versions.find(({ n }) => n === Number(number)) ?? null) : null
  }

  function show(name: Which): void {
    const found = plan.value ? divisionOf(plan.value, name) : null
    if (!found) return
    asking?.abort()
    scoring.value = false
    which.value = name
    steps.value = begun(found.assignment, found.locked)
    figures.value = found.figures
    chosen.value = null
    flow.value = null
    if (name === 'present') seen.value = 'plan'
  }

  /** Turns the map to what is to be seen. Whoever paints sees what he paints. */
  function see(next: Seen): void {
    seen.value = next
    flow.value = null
    if (next !== 'plan') tool.value = 'look'
  }
  function takeTool(next: Tool): void {
    tool.value = next
    if (next !== 'look') seen.value = 'plan'
  }
  /** Brings the map to units. */
  function goTo(wanted: readonly number[]): void {
    const box = boxOf((units.value?.features ?? []).filter(({ id }) => wanted.includes(id)).map(({ geometry }) => geometry))
    if (box) view.flyTo({ box })
  }
  function follow(next: Flow | null): void {
    flow.value = next
    if (next) goTo(next.units)
  }
  function mark(wanted: readonly number[]): void {
    marked.value = wanted
    goTo(wanted)
  }

  /** Puts a plan's ground on the table, and the map over it. */
  function lay(ground: Units): void {
    units.value = ground
    const box = boxOf(ground.features.map(({ geometry }) => geometry))
    if (box) view.flyTo({ box })
  }

  /** While the solver works its best so far is on the map. */
  async function watchJob(id: string, mine: number): Promise<void> {
    let serial = -1
    for (;;) {
      const job = await zoning.job(id)
      if (mine !== turn) return
      jobs.put(job)
      if (job.best && job.best.serial !== serial) {
        serial = job.best.serial
        if (!units.value) {
          const ground = await zoning.units(id).catch(() => null)
          if (mine !== turn) return
          if (ground) lay(ground)
        }
        if (units.value) steps.value = begun(job.best.assignment)
      }
      if (job.state !== 'queued' && job.state !== 'running') return
      await new Promise((resolve) => setTimeout(resolve, 700))
    }
  }

  async function load(id: string): Promise<void> {
    close()
    const mine = turn
    busy.value = true
    problem.value = null
    try {
      let found = await zoning.plan(id).catch((cause: unknown) => {
        if (cause instanceof Problem && (cause.status === 404 || cause.status === 409)) return null // its blocks are still being made
        throw cause
      })
      if (mine !== turn) return
      if (found === null || found.status === 'running') {
        plan.value = found
        await watchJob(id, mine)
        if (mine !== turn) return
        found = await zoning.plan(id)
      }
      if (!units.value) {
        const ground = await zoning.units(id)
        if (mine !== turn) return
        lay(ground)
      }
      plan.value = found
      show(found.alternatives.length > 0 ? 'alternative-0' : 'present')
    } catch (cause) {
      if (mine === turn) problem.value = asProblem(cause)
    } finally {
      if (mine === turn) busy.value = false
    }
  }

  async function make(next: NewPlan): Promise<string> {
    const job = await zoning.make(next)
    jobs.put(job)
    ticked.value = []
    return job.id
  }

  /** Figures of what is on the table now; only the newest answer counts. */
  async function score(): Promise<void> {
    const id = plan.value?.id
    if (!id) return
    asking?.abort()
    const own = (asking = new AbortController())
    scoring.value = true
    try {
      figures.value = await zoning.score(id, assignment.value, own.signal)
      problem.value = null
    } catch (cause) {
      if (!given_up(cause)) problem.value = asProblem(cause)
    } finally {
      if (asking === own) scoring.value = false
    }
  }
  function put(next: Sheet): void {
    if (next === sheet.value) return
    const moved = next.assignment !== sheet.value.assignment
    steps.value = stepped(steps.value, next)
    which.value = 'own'
    if (moved) void score()
  }
  /** A stroke over units with the tool in hand. */
  function stroke(over: readonly number[]): void {
    if (!editable.value) return
    if (tool.value === 'paint') put(painted(sheet.value, over, brush.value))
    else if (tool.value === 'lock') put(locking(sheet.value, over))
  }
  function takeNew(): void {
    brush.value = freshZone(assignment.value)
    takeTool('paint')
  }
  function step(next: Steps): void {
    if (next === steps.value) return
    steps.value = next
    which.value = 'own'
    void score()
  }
  const undo = () => { step(undone(steps.value)) }
  const redo = () => { step(redone(steps.value)) }

  /** Lets the solver do what has no zone; what is locked stays. Gives what came of it. */
  async function finish(): Promise<Awaited<ReturnType<typeof zoning.finish>> | null> {
    const id = plan.value?.id
    if (!id) return null
    asking?.abort()
    busy.value = true
    try {
      const answer = await zoning.finish(id, assignment.value, [...sheet.value.locked])
      steps.value = stepped(steps.value, { ...sheet.value, assignment: answer.assignment })
      which.value = 'own'
      figures.value = answer.figures
      return answer
    } finally {
      busy.value = false
    }
  }

  async function save(title: string, by: string): Promise<void> {
    const from = plan.value
    if (!from) return
    const version = await zoning.save(from.id, { title, by, assignment: assignment.value, locked: [...sheet.value.locked] })
    plan.value = { ...from, versions: [...from.versions, version] }
    which.value = `version-${version.n}`
  }

  async function remove(id: string): Promise<void> {
    await zoning.remove(id)
    plans.value = plans.value?.filter((one) => one.id !== id) ?? null
  }

  return { plans, plan, units, problem, busy, which, steps, figures, scoring, tool, brush, chosen, ticked, again, open, seen, flow, marked, moving, see, takeTool, goTo, follow, mark, sheet, assignment, running, editable, undoable, redoable, zoneOf, loadPlans, close, show, load, make, stroke, takeNew, undo, redo, finish, save, remove }
})
