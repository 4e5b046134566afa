// Communities as they are, against their profile: what is listed, by which faults, and what of it is on the map.
import { defineStore } from 'pinia'
import { computed, ref, shallowRef } from 'vue'
import { checks, type CheckFinding, type RuleDoc } from '../api/checks'
import { api, type Problem } from '../api/client'
import type { Geometry } from '../api/types'
import { zoning, type ScopeStreet } from '../api/zoning'
import { RULES, chosenOf, countsOf, marksOf, rowsOf, sorted, type Band, type Column, type Fault } from '../zoning/audit'
import { store, stored } from './kept'
import { useView } from './view'
import { asProblem } from './zoning'

const TABLE = 'boundstone.audit-table'
/** so many grounds of gaps are drawn at most */
const GROUNDS = 60

export const useAudit = defineStore('audit', () => {
  const view = useView()
  const streets = shallowRef<ScopeStreet[] | null>(null)
  const rules = shallowRef<Map<string, RuleDoc>>(new Map())
  const findings = shallowRef<CheckFinding[]>([])
  /** the ground of gaps and overlaps */
  const grounds = shallowRef<Geometry[]>([])
  const problem = shallowRef<Problem | null>(null)
  const faults = ref<Fault[]>([])
  const onlyFaulty = ref(true)
  const by = ref<Column>('street')
  const down = ref(false)
  /** whether its page is open: the map shows it then */
  const open = ref(false)
  const table = ref(stored(TABLE) !== 'no')
  let turn = 0

  const band = computed<Band | null>(() => {
    const own = rules.value.get('C01')?.parameters ?? []
    const number = (name: string) => own.find((one) => one.name === name)?.value
    const [least, most] = [number('least'), number('most')]
    return typeof least === 'number' && typeof most === 'number' ? { least, most } : null
  })
  const all = computed(() => rowsOf(streets.value ?? [], band.value))
  const counts = computed(() => countsOf(all.value, streets.value ?? []))
  const rows = computed(() => sorted(chosenOf(all.value, faults.value, onlyFaulty.value), by.value, down.value))
  const marks = computed(() => marksOf(findings.value, all.value, faults.value, band.value))

  async function load(): Promise<void> {
    const mine = (turn += 1)
    try {
      const [scope, found, known] = await Promise.all([
        zoning.scope(),
        checks.list({ rule: RULES.join(), limit: 2000 }),
        rules.value.size > 0 ? null : checks.rules(),
      ])
      if (mine !== turn) return
      streets.value = scope
      findings.value = found.findings
      if (known) rules.value = new Map(known.rules.map((rule) => [rule.id, rule]))
      problem.value = null
      const wide = found.findings.filter(({ rule, kind }) => rule === 'C04' && kind !== null).slice(0, GROUNDS)
      const details = await Promise.all(wide.map(({ id }) => checks.detail(id, {}).catch(() => null)))
      if (mine === turn) grounds.value = details.flatMap((one) => (one?.place ? [one.place] : []))
    } catch (cause) {
      if (mine === turn) problem.value = asProblem(cause)
    }
  }
  function toggle(fault: Fault): void {
    faults.value = faults.value.includes(fault) ? faults.value.filter((other) => other !== fault) : [...faults.value, fault]
  }
  /** Orders by a column; once more turns it round. Figures begin with the largest. */
  function order(next: Column): void {
    down.value = by.value === next ? !down.value : next !== 'street' && next !== 'name'
    by.value = next
  }
  function showTable(shown: boolean): void {
    table.value = shown
    store(TABLE, shown ? null : 'no')
  }
  /** Opens a community and brings the map there. */
  async function go(code: string): Promise<void> {
    const page = await api.items('division', { limit: 1, code })
    const id = page.features[0]?.id
    if (id) view.show({ layer: 'division', id })
  }
  /** Brings the map to the place of a finding. */
  function look({ bbox, at }: CheckFinding): void {
    if (bbox) view.flyTo({ box: bbox })
    else if (at) view.flyTo({ at, zoom: 17 })
  }

  return { streets, rules, findings, grounds, problem, faults, onlyFaulty, by, down, open, table, band, all, counts, rows, marks, load, toggle, order, showTable, go, look }
})
