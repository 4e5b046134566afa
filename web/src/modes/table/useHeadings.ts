// Groups in the grid: how many headings stand above the open group's rows, and the keys that lead among
// the headings and into the rows.
import { computed, type Ref } from 'vue'
import type { Table } from './useTable'

export function useHeadings(table: Table, scroller: Ref<HTMLElement | undefined>, focusGrid: () => void) {
  const inGroups = computed(() => table.grouping !== null)
  const headings = computed(() => (inGroups.value ? (table.opened === null ? table.groups.length : table.opened + 1) : 0))
  /** in groups only the rows of the group that is open are shown, below its heading */
  const rowCount = computed(() => (inGroups.value && table.opened === null ? 0 : table.total))

  function focusGroup(at: number): boolean {
    const button = scroller.value?.querySelector<HTMLElement>(`[data-group="${String(at)}"]`)
    button?.focus()
    return button !== null && button !== undefined
  }
  function enter(row: number): void {
    table.go({ row, column: table.cursor.column })
    focusGrid()
  }
  /** From the first and last row of an open group on to the headings. */
  function leave(event: KeyboardEvent): boolean {
    if (!inGroups.value || event.shiftKey || event.ctrlKey || event.metaKey) return false
    const { row } = table.cursor
    const to = event.key === 'ArrowUp' && row === 0 ? table.opened : event.key === 'ArrowDown' && row === rowCount.value - 1 ? (table.opened ?? -1) + 1 : null
    if (to === null || !focusGroup(to)) return false
    event.preventDefault()
    event.stopPropagation()
    return true
  }
  /** Up and down among the headings, from that of the open group into its rows. */
  function step(event: KeyboardEvent, at: number): void {
    const rows = rowCount.value > 0
    if (event.key === 'ArrowDown' && table.opened === at && rows) enter(0)
    else if (event.key === 'ArrowUp' && table.opened === at - 1 && rows) enter(rowCount.value - 1)
    else if (event.key === 'ArrowDown') focusGroup(at + 1)
    else if (event.key === 'ArrowUp') focusGroup(at - 1)
    else if (event.key === 'Home') focusGroup(0)
    else if (event.key === 'End') focusGroup(table.groups.length - 1)
    else return
    event.preventDefault()
    event.stopPropagation()
  }
  return { inGroups, headings, rowCount, leave, step }
}
