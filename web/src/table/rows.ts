// The rows of a layer's table, fetched page by page as they come into view.
import { ref, shallowRef } from 'vue'
import { api, Problem, type FeaturePage } from '../api/client'
import type { Geometry, Json } from '../api/types'
import type { Row } from './plan'

export const PAGE = 100
/** pages kept beside those in view */
const KEPT = 60
const PAUSE = 60

export interface Query {
  layer: string
  filter: string
  sortby: string
  datetime: string | null
}

/** A query as the server takes it, for pages, sums, places and files alike. */
export const askedOf = (query: Query) => ({
  ...(query.filter && { filter: query.filter, 'filter-lang': 'cql2-text' }),
  sortby: query.sortby,
  datetime: query.datetime,
})

const rowOf = ({ id, properties, etag }: FeaturePage['features'][number]): Row => ({ id, values: properties as Record<string, Json>, ...(etag !== undefined && { etag }) })

/** The shapes of some records, where they have any. */
export async function shapesOf(layer: string, ids: readonly string[], datetime: string | null): Promise<Geometry[]> {
  const shapes: Geometry[] = []
  for (let at = 0; at < ids.length; at += 100) {
    const filter = `id IN (${ids.slice(at, at + 100).map((id) => `'${id}'`).join(', ')})`
    const page = await api.items(layer, { filter, datetime, limit: 100, properties: 'code' })
    for (const { geometry } of page.features) if (geometry) shapes.push(geometry as Geometry)
  }
  return shapes
}

async function fetchRows(query: Query, offset: number, limit: number, signal?: AbortSignal): Promise<{ rows: Row[]; total: number }> {
  const page = await api.items(query.layer, { ...askedOf(query), offset, limit, skipGeometry: 'true', etag: 'true' }, signal)
  const rows = page.features.map(rowOf)
  return { rows, total: page.numberMatched ?? rows.length }
}

export class Rows {
  /** null until the first answer */
  readonly total = ref<number | null>(null)
  readonly problem = shallowRef<Problem | null>(null)
  readonly busy = ref(0)
  /** grows whenever rows arrive; what reads rows depends on it */
  readonly arrived = ref(0)
  private query: Query | null = null
  private pages = new Map<number, Row[]>()
  private stale = new Set<number>()
  private asked = new Map<number, AbortController>()
  private wanted: [first: number, last: number] = [0, PAGE]
  private timer: ReturnType<typeof setTimeout> | undefined

  /** Other rows are asked for: nothing of the old ones is kept. */
  turnTo(query: Query): void {
    this.stop()
    this.query = query
    this.pages.clear()
    this.stale.clear()
    this.total.value = null
    this.problem.value = null
    this.arrived.value += 1
    this.wanted = [0, PAGE]
    void this.load(0)
  }

  /** The register has changed: what is shown stays until it has come again. */
  renew(): void {
    for (const page of this.pages.keys()) this.stale.add(page)
    this.need(...this.wanted)
  }

  stop(): void {
    clearTimeout(this.timer)
    for (const asked of this.asked.values()) asked.abort()
    this.asked.clear()
  }

  at(index: number): Row | undefined {
    return this.pages.get(Math.floor(index / PAGE))?.[index % PAGE]
  }

  /** Of the rows fetched so far, the place of a record. */
  placeOf(id: string): number | null {
    for (const [page, rows] of this.pages) {
      const at = rows.findIndex((row) => row.id === id)
      if (at >= 0) return page * PAGE + at
    }
    return null
  }

  /** What was just saved stands at once; the next answer of the server confirms it. */
  put(id: string, values: Record<string, Json>): void {
    for (const rows of this.pages.values()) {
      const at = rows.findIndex((row) => row.id === id)
      const row = rows[at]
      if (row) rows[at] = { id: row.id, values: { ...row.values, ...values } }
    }
    this.arrived.value += 1
  }

  /** Rows come into view; asked for when the scrolling rests a moment. */
  need(first: number, last: number): void {
    this.wanted = [first, last]
    clearTimeout(this.timer)
    this.timer = setTimeout(() => {
      const [from, to] = [Math.floor(first / PAGE), Math.floor(Math.max(first, last - 1) / PAGE)]
      for (const [page, asked] of this.asked) {
        if (page < from || page > to) {
          asked.abort()
          this.asked.delete(page)
        }
      }
      for (let page = from; page <= to; page += 1) {
        if ((!this.pages.has(page) || this.stale.has(page)) && !this.asked.has(page)) void this.load(page)
      }
    }, this.pages.size === 0 ? 0 : PAUSE)
  }

  /** A stretch of rows, fetched where it is not there. */
  async stretch(first: number, count: number): Promise<Row[]> {
    const query = this.query
    if (!query || count <= 0) return []
    const here = Array.from({ length: count }, (_, at) => this.at(first + at))
    if (here.every((row) => row !== undefined)) return here as Row[]
    return (await fetchRows(query, first, count)).rows
  }

  private async load(page: number): Promise<void> {
    const query = this.query
    if (!query) return
    const asked = new AbortController()
    this.asked.set(page, asked)
    this.busy.value += 1
    try {
      const { rows, total } = await fetchRows(query, page * PAGE, PAGE, asked.signal)
      if (query !== this.query) return
      this.pages.set(page, rows)
      this.stale.delete(page)
      this.total.value = total
      this.problem.value = null
      this.forget(page)
      this.arrived.value += 1
    } catch (cause) {
      if (cause instanceof DOMException || query !== this.query) return
      this.problem.value = cause instanceof Problem ? cause : new Problem(0, { detail: String(cause) })
    } finally {
      this.busy.value -= 1
      if (this.asked.get(page) === asked) this.asked.delete(page)
    }
  }

  private forget(near: number): void {
    if (this.pages.size <= KEPT) return
    const [farthest] = [...this.pages.keys()].sort((a, b) => Math.abs(b - near) - Math.abs(a - near))
    if (farthest !== undefined) {
      this.pages.delete(farthest)
      this.stale.delete(farthest)
    }
  }
}
