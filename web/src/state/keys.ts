// Keys of changes whose answer has not been heard. Where an answer is lost on the way, the same change sent again
// (also after a reload of the page) has the same key, and the server gives the first result instead of doing it twice.
import { freshKey } from '../api/client'

const KEPT = 'boundstone.unheard'

interface Unheard {
  content: string
  key: string
}

function read(): Unheard | null {
  try {
    const found = JSON.parse(sessionStorage.getItem(KEPT) ?? 'null') as Partial<Unheard> | null
    return typeof found?.content === 'string' && typeof found.key === 'string' ? { content: found.content, key: found.key } : null
  } catch {
    return null
  }
}
function keep(next: Unheard | null): void {
  try {
    if (next) sessionStorage.setItem(KEPT, JSON.stringify(next))
    else sessionStorage.removeItem(KEPT)
  } catch {
    // storage switched off or full: only a reload forgets the key
  }
}
let unheard: Unheard | null | undefined

/** The key for a change: of the last one that was not heard of, its own; else a new one. */
export function keyFor(content: unknown): string {
  const text = JSON.stringify(content)
  if (unheard === undefined) unheard = read()
  if (unheard?.content !== text) unheard = { content: text, key: freshKey() }
  keep(unheard)
  return unheard.key
}

/** The server has answered: the next change is another one, even if it says the same. */
export function heard(): void {
  unheard = null
  keep(null)
}
