// Named views of a layer's table: columns, filters, order and groups, kept in this browser.
import type { Column } from './columns'
import type { Filters, Sort } from './filter'
import type { Grouping } from './group'

export interface TableView {
  name: string
  columns: Column[]
  filters: Filters
  sort: Sort | null
  grouping: Grouping | null
}

const MOST = 40
const keyOf = (layer: string) => `boundstone.views.${layer}`

const isView = (one: unknown): one is TableView => {
  const view = one as Partial<TableView> | null
  return typeof view?.name === 'string' && Array.isArray(view.columns) && typeof view.filters === 'object' && view.filters !== null
}

export function readViews(layer: string): TableView[] {
  try {
    const kept: unknown = JSON.parse(localStorage.getItem(keyOf(layer)) ?? '[]')
    return Array.isArray(kept) ? kept.filter(isView).map((view) => ({ ...view, sort: view.sort ?? null, grouping: view.grouping ?? null })) : []
  } catch {
    return []
  }
}

function keep(layer: string, views: TableView[]): void {
  try {
    localStorage.setItem(keyOf(layer), JSON.stringify(views))
  } catch {
    // storage switched off or full: nothing is kept
  }
}

/** Views with one put in: in the place of the one of that name, else last. */
export function withView(views: readonly TableView[], view: TableView): TableView[] {
  const at = views.findIndex(({ name }) => name === view.name)
  const next = at < 0 ? [...views, view] : views.map((one, index) => (index === at ? view : one))
  return next.slice(-MOST)
}

export function keepView(layer: string, view: TableView): TableView[] {
  const views = withView(readViews(layer), view)
  keep(layer, views)
  return views
}

export function dropView(layer: string, name: string): TableView[] {
  const views = readViews(layer).filter((view) => view.name !== name)
  keep(layer, views)
  return views
}
