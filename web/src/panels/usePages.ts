// A list that comes page by page from the server: what is there so far, how many there are, and the next page.
import { computed, ref, shallowRef } from 'vue'
import { Problem } from '../api/client'

export interface Page<T, Place> {
  items: readonly T[]
  /** where the next page begins; null where this was the last */
  next: Place | null
  /** how many there are in all, where that is known */
  total?: number
}

/** Where the page after one of these rows begins, for lists that are counted from 0. */
export const nextOffset = (offset: number, rows: number, total: number): number | null => (rows > 0 && offset + rows < total ? offset + rows : null)

/** `fetch` gives the page that begins at a place; null is the first. An answer that a later request has overtaken is dropped. */
export function usePages<T, Place = number>(fetch: (from: Place | null) => Promise<Page<T, Place>>) {
  const items = shallowRef<readonly T[]>([])
  const next = shallowRef<Place | null>(null)
  const total = ref(0)
  const loaded = ref(false)
  const problem = shallowRef<Problem | null>(null)
  const left = computed(() => total.value - items.value.length)
  let asked = 0

  async function load(from: Place | null): Promise<void> {
    asked += 1
    const mine = asked
    try {
      const page = await fetch(from)
      if (mine !== asked) return
      items.value = from === null ? page.items : [...items.value, ...page.items]
      next.value = page.next
      total.value = page.total ?? items.value.length
      problem.value = null
    } catch (cause) {
      if (mine === asked) problem.value = cause instanceof Problem ? cause : new Problem(0, { detail: String(cause) })
    } finally {
      loaded.value = true
    }
  }
  const begin = () => load(null)
  const more = async () => { if (next.value !== null) await load(next.value) }
  return { items, total, left, next, loaded, problem, begin, more }
}
