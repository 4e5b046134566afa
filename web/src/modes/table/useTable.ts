// A layer's table: its columns, filters, order, rows, the cell one stands on and the rows picked.
import { computed, markRaw, onBeforeUnmount, reactive, ref, shallowRef, watch } from 'vue'
import { useRegister } from '../../state/register'
import { useView } from '../../state/view'
import { keepColumns, readColumns, usualColumns, type Column } from '../../table/columns'
import { asks, cql, nextSort, sortby, type ColumnFilter, type Filters, type Sort } from '../../table/filter'
import type { Row } from '../../table/plan'
import { rangeOf, type Cell } from '../../table/range'
import { Rows, type Query } from '../../table/rows'

export function useTable(name: () => string) {
  const register = useRegister()
  const view = useView()
  const rows = new Rows()
  const columns = ref<Column[]>([])
  const filters = ref<Filters>({})
  const sort = ref<Sort | null>(null)
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

  watch(name, () => {
    columns.value = layer.value ? readColumns(layer.value) : []
    filters.value = {}
    sort.value = null
    picked.value = new Map()
    cursor.value = anchor.value = { row: 0, column: 0 }
  }, { immediate: true, flush: 'sync' })

  /** The same object as long as the same is asked: a new revision is no new question. */
  const query = computed<Query>((before) => {
    const next = {
      layer: name(),
      filter: cql(filters.value, layer.value?.fields ?? []),
      sortby: sortby(sort.value),
      datetime: view.asOf,
    }
    return before && JSON.stringify(next) === JSON.stringify(before) ? before : next
  })
  watch(query, (next) => {
    rows.turnTo(next)
    picked.value = new Map()
    go({ row: 0, column: cursor.value.column })
  }, { immediate: true })
  watch(() => register.revision, () => { rows.renew() })
  onBeforeUnmount(() => { rows.stop() })

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
    layer, columns, fields, filters, sort, cursor, anchor, range, picked, wanted, total, query,
    rows: markRaw(rows),
    go, setColumns, setFilter, clearFilters, turnSort, pick, pickOnly,
  })
}

export type Table = ReturnType<typeof useTable>
