// A layer's table: its columns, filters, order, rows, the cell one stands on and the rows picked.
import { computed, markRaw, onBeforeUnmount, reactive, ref, shallowRef, watch } from 'vue'
import { useRegister } from '../../state/register'
import { useView } from '../../state/view'
import { keepColumns, readColumns, usualColumns, type Column } from '../../table/columns'
import { asks, cql, givenBy, nextSort, sortby, type ColumnFilter, type Filters, type Sort } from '../../table/filter'
import type { Row } from '../../table/plan'
import { rangeOf, type Cell } from '../../table/range'
import { Rows, askedOf, type Query } from '../../table/rows'
import { allOf, conditionOf, type Grouping } from '../../table/group'
import type { TableView } from '../../table/views'
import type { Group, Json } from '../../api/types'
import { api } from '../../api/client'
import { useSummary } from './useSummary'

export function useTable(name: () => string) {
  const register = useRegister()
  const view = useView()
  const rows = new Rows()
  const columns = ref<Column[]>([])
  const filters = ref<Filters>({})
  const sort = ref<Sort | null>(null)
  const grouping = ref<Grouping | null>(null)
  /** the group whose rows are shown, by its place; none while all are closed */
  const opened = ref<number | null>(null)
  const cursor = ref<Cell>({ row: 0, column: 0 })
  const anchor = ref<Cell>({ row: 0, column: 0 })
  const picked = shallowRef(new Map<string, Row>())
  /** the grid brings the cursor into view whenever this grows */
  const wanted = ref(0)

  const layer = computed(() => register.layers.get(name()))
  const fields = computed(() => {
    const known = new Map(layer.value?.fields.map((field) => [field.name, field]))
    return columns.value.flatMap((column) => (column.shown ? (known.get(column.name) ?? []) : []))
  })
  const range = computed(() => rangeOf(anchor.value, cursor.value))
  const total = computed(() => rows.total.value ?? 0)
  /** whether the rows end below the last one shown: what is pasted there is new */
  const atEnd = computed(() => rows.total.value !== null && (grouping.value === null || opened.value !== null))

  watch(name, () => {
    columns.value = layer.value ? readColumns(layer.value) : []
    filters.value = {}
    sort.value = null
    grouping.value = null
    opened.value = null
    picked.value = new Map()
    cursor.value = anchor.value = { row: 0, column: 0 }
  }, { immediate: true, flush: 'sync' })

  /** The same object as long as the same is asked: a new revision is no new question. */
  const same = (next: Query, before: Query | undefined) => (before && JSON.stringify(next) === JSON.stringify(before) ? before : next)
  /** what the filters ask, whichever group is open */
  const base = computed<Query>((before) => same({
    layer: name(),
    filter: cql(filters.value, layer.value?.fields ?? []),
    sortby: sortby(sort.value),
    datetime: view.asOf,
  }, before))
  const { summary, problem: summaryProblem } = useSummary(base, grouping, fields)
  const groups = computed<Group[]>(() => (grouping.value && summary.value?.by === grouping.value.field ? summary.value.groups : []))
  /** the condition of the group opened, kept when the counts come anew */
  const within = ref('')
  const query = computed<Query>((before) => same({ ...base.value, filter: within.value ? allOf(base.value.filter, within.value) : base.value.filter }, before))
  watch(query, (next) => {
    rows.turnTo(next)
    picked.value = new Map()
    go({ row: 0, column: cursor.value.column })
  }, { immediate: true })
  watch(() => register.revision, () => { rows.renew() })
  onBeforeUnmount(() => { rows.stop() })

  /** what a record must have so that it stands in the list as it is filtered and grouped now */
  const given = computed<Record<string, Json>>(() => {
    const group = opened.value === null ? undefined : groups.value[opened.value]
    const ofGroup = grouping.value && grouping.value.level === null && group && group.value !== null ? { [grouping.value.field]: group.value } : {}
    return { ...givenBy(filters.value, layer.value?.fields ?? []), ...ofGroup }
  })

  function openGroup(at: number | null): void {
    const field = layer.value?.fields.find((one) => one.name === grouping.value?.field)
    const group = at === null ? undefined : groups.value[at]
    opened.value = field && group ? at : null
    within.value = field && group ? conditionOf(field, group) : ''
  }
  function setGrouping(next: Grouping | null): void {
    openGroup(null)
    grouping.value = next
  }
  // Other filters make other groups: the one that was open is looked for again by its value.
  watch(groups, (next, before) => {
    const value = opened.value === null ? undefined : before[opened.value]?.value
    if (value === undefined || next.length === 0) return
    const at = next.findIndex((group) => group.value === value)
    openGroup(at < 0 ? null : at)
  })
  watch(() => base.value.filter, () => { if (opened.value !== null && grouping.value) openGroup(null) })

  /** Goes to the row of a record, wherever it stands; false where it is not in the list. */
  async function goTo(id: string): Promise<boolean> {
    const here = rows.placeOf(id)
    const asked = query.value
    const row = here ?? (await api.position(asked.layer, id, askedOf(asked)).catch(() => null))?.position ?? null
    if (row === null || asked !== query.value) return false
    go({ row, column: cursor.value.column })
    return true
  }
  function takeView(taken: TableView): void {
    setColumns(taken.columns)
    filters.value = taken.filters
    sort.value = taken.sort
    setGrouping(taken.grouping)
  }

  function go(cell: Cell, extend = false): void {
    cursor.value = cell
    if (!extend) anchor.value = cell
    wanted.value += 1
  }
  function setColumns(next: Column[] | null): void {
    if (!layer.value) return
    columns.value = next ?? usualColumns(layer.value)
    keepColumns(layer.value.name, next)
    const last = fields.value.length - 1
    if (cursor.value.column > last) go({ row: cursor.value.row, column: last })
  }
  function setFilter(field: string, filter: ColumnFilter | null): void {
    const others = Object.fromEntries(Object.entries(filters.value).filter(([name]) => name !== field))
    filters.value = filter && asks(filter) ? { ...others, [field]: filter } : others
  }
  const clearFilters = () => { filters.value = {} }
  const turnSort = (field: string) => { sort.value = nextSort(sort.value, field) }
  function pick(row: Row): void {
    const next = new Map(picked.value)
    if (!next.delete(row.id)) next.set(row.id, row)
    picked.value = next
  }
  const pickOnly = (some: readonly Row[]) => { picked.value = new Map(some.map((row) => [row.id, row])) }

  return reactive({
    layer, columns, fields, filters, sort, grouping, groups, opened, summary, summaryProblem, cursor, anchor, range, picked, wanted, total, atEnd, given, base, query,
    rows: markRaw(rows),
    go, goTo, openGroup, setGrouping, takeView, setColumns, setFilter, clearFilters, turnSort, pick, pickOnly,
  })
}

export type Table = ReturnType<typeof useTable>
