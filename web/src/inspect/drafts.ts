// Forms that are not in the register yet: kept in this browser while they are written, and when the network fails
// until they are sent. One for each task and side of a round.
import type { LonLat } from '../api/types'
import type { Sheet } from './record'

export interface Draft {
  sheet: Sheet
  /** how the form began */
  base: Sheet
  /** where the marker was found; undefined where that was not touched */
  at?: LonLat | null
  /** tag of the record that it changes */
  etag?: string
  /** it was to be saved, and the server could not be reached */
  unsent?: boolean
  /** when it was last written, RFC 3339 */
  kept: string
}

const PREFIX = 'boundstone.inspect'
const bookOf = (register: string, round: string) => `${PREFIX}.${register}.${round}`
export const draftKey = (task: string, side: string) => `${task}|${side}`

export function readDrafts(register: string, round: string): Record<string, Draft> {
  try {
    const found = JSON.parse(localStorage.getItem(bookOf(register, round)) ?? '{}') as Record<string, Draft> | null
    return found && typeof found === 'object' ? found : {}
  } catch {
    return {}
  }
}

/** Keeps a draft, or drops it; says whether the browser could keep it. */
export function keepDraft(register: string, round: string, key: string, draft: Draft | null): boolean {
  try {
    const others = Object.entries(readDrafts(register, round)).filter(([name]) => name !== key)
    const next = Object.fromEntries(draft ? [...others, [key, draft] as const] : others)
    if (Object.keys(next).length > 0) localStorage.setItem(bookOf(register, round), JSON.stringify(next))
    else localStorage.removeItem(bookOf(register, round))
    return true
  } catch {
    return false
  }
}
