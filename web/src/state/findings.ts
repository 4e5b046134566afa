// The findings that are listed, the one that is looked at, and its repair while it is tried. Kept in step with
// every change of the register.
import { defineStore } from 'pinia'
import { computed, ref, shallowRef } from 'vue'
import { checks, type BordersAnswer, type CheckDetail, type CheckFinding, type ChecksAnswer, type RuleDoc } from '../api/checks'
import { Problem, type Params } from '../api/client'
import { chips, neighbour, nothing, paramsOf, windowOf, type Chosen } from '../modes/boundary/findings/chosen'
import { useRegister } from './register'
import { useView } from './view'

const PAGE = 200
/** more places than this are not drawn at once */
const DRAWN = 2000

const problemOf = (cause: unknown) => (cause instanceof Problem ? cause : new Problem(0, { detail: String(cause) }))

export const useFindings = defineStore('findings', () => {
  const view = useView()
  const register = useRegister()
  const chosen = shallowRef<Chosen>(nothing())
  /** rules that the page is about; all where none are named */
  const base = shallowRef<readonly string[]>([])
  const answer = shallowRef<ChecksAnswer | null>(null)
  /** counts without any filter, for what there is to choose from */
  const whole = shallowRef<ChecksAnswer | null>(null)
  const rules = shallowRef<Map<string, RuleDoc>>(new Map())
  const problem = shallowRef<Problem | null>(null)
  const loading = ref(false)
  const id = ref<string | null>(null)
  const detail = shallowRef<CheckDetail | null>(null)
  const preview = shallowRef<BordersAnswer | null>(null)
  const owner = ref<string | null>(null)
  const repairProblem = shallowRef<Problem | null>(null)
  const busy = ref(false)
  let asked = 0
  let looked = 0

  const findings = computed<CheckFinding[]>(() => answer.value?.findings ?? [])
  const params = computed(() => within(paramsOf(chosen.value, view.asOf)))
  const within = (asked: Params): Params => (base.value.length > 0 && !asked['rule'] ? { ...asked, rule: base.value.join() } : asked)


  async function load(more = false): Promise<void> {
    const turn = (asked += 1)
    loading.value = true
    try {
      const offset = more ? findings.value.length : 0
      const page = await checks.list({ ...params.value, offset, limit: PAGE })
      const all = chips(chosen.value).length === 0 ? page : await checks.list(within({ as_of: view.asOf, limit: 1 }))
      if (turn !== asked) return
      answer.value = more ? { ...page, findings: [...findings.value, ...page.findings] } : page
      whole.value = all
      problem.value = null
      if (rules.value.size === 0) rules.value = new Map((await checks.rules()).rules.map((rule) => [rule.id, rule]))
      if (id.value && !findings.value.some((one) => one.id === id.value)) leave()
      else draw()
    } catch (cause) {
      if (turn === asked) problem.value = problemOf(cause)
    } finally {
      if (turn === asked) loading.value = false
    }
  }

  /** Turns to the rules of a page; what was chosen on another one is forgotten. */
  function turnTo(rules_: readonly string[]): void {
    if (rules_.join() === base.value.join()) return
    base.value = rules_
    chosen.value = nothing()
    answer.value = whole.value = null
    id.value = null
  }

  function choose(next: Chosen): void {
    chosen.value = next
    void load()
  }

  /** Looks at one: its place on the map, its rule, its records. */
  async function look(finding: CheckFinding, zoom = true): Promise<void> {
    const turn = (looked += 1)
    id.value = finding.id
    detail.value = null
    drop()
    if (zoom) show(finding)
    draw()
    try {
      const found = await checks.detail(finding.id, { as_of: view.asOf })
      if (turn !== looked) return
      detail.value = found
      draw()
    } catch (cause) {
      if (turn === looked) repairProblem.value = problemOf(cause)
    }
  }

  function show(finding: CheckFinding): void {
    const box = windowOf(finding.bbox, finding.at)
    if (box) view.flyTo({ box })
  }

  function step(way: 1 | -1): CheckFinding | null {
    const next = neighbour(findings.value, id.value, way)
    if (next) void look(next)
    return next
  }

  function leave(): void {
    looked += 1
    id.value = null
    detail.value = null
    drop()
    draw()
  }

  /** Forgets a repair that was tried. */
  function drop(): void {
    preview.value = null
    owner.value = null
    repairProblem.value = null
    view.comparison = null
  }

  /** Tries the repair: what each division would be afterwards. */
  async function attempt(wanted: string | null = null): Promise<void> {
    const finding = detail.value?.finding
    if (!finding || busy.value) return
    busy.value = true
    repairProblem.value = null
    try {
      const found = await checks.preview(finding.id, wanted)
      if (detail.value?.finding.id !== finding.id) return
      owner.value = wanted
      preview.value = found
      view.comparison = {
        before: found.divisions.flatMap(({ before }) => (before ? [before] : [])),
        after: found.divisions.flatMap(({ after }) => (after ? [after] : [])),
        instead: true,
      }
      show(finding)
    } catch (cause) {
      preview.value = null
      view.comparison = null
      repairProblem.value = problemOf(cause)
    } finally {
      busy.value = false
    }
  }

  /** All places that are listed, small; the one that is looked at, as it is. */
  function draw(): void {
    const place = detail.value?.finding.id === id.value ? detail.value?.place : null
    const points = findings.value.slice(0, DRAWN).flatMap(({ id: own, at }) =>
      at && own !== id.value ? [{ type: 'Feature' as const, geometry: { type: 'Point' as const, coordinates: at }, properties: { op: 'refused' } }] : [])
    const now = findings.value.find((one) => one.id === id.value)
    const own = place ? [{ type: 'Feature' as const, geometry: place, properties: { op: 'fault' } }] : []
    view.overlay = { features: { type: 'FeatureCollection', features: [...points, ...own] as never }, spot: now?.at ?? null }
  }

  function close(): void {
    leave()
    view.overlay = null
  }

  return { chosen, base, turnTo, answer, whole, rules, problem, loading, id, detail, preview, owner, repairProblem, busy, findings, params, register, load, choose, look, show, step, leave, drop, attempt, draw, close }
})
