// Drafts of forms: kept in this browser until they are saved or discarded, even when it is closed.
import type { Json } from '../api/types'

export interface Draft {
  /** the values as they were when the form was opened */
  base: Record<string, Json>
  /** what was written, by field; only what differs */
  mine: Record<string, Json>
  at: string
}

const keyOf = (register: string, layer: string, id: string) => `boundstone.draft.${register}.${layer}.${id}`

export function readDraft(register: string, layer: string, id: string): Draft | null {
  try {
    const found = JSON.parse(localStorage.getItem(keyOf(register, layer, id)) ?? 'null') as Draft | null
    return found && typeof found.base === 'object' && typeof found.mine === 'object' ? found : null
  } catch {
    return null
  }
}

/** Keeps a draft; one that changes nothing is dropped. */
export function keepDraft(register: string, layer: string, id: string, draft: Draft | null): void {
  try {
    const key = keyOf(register, layer, id)
    if (draft && Object.keys(draft.mine).length > 0) localStorage.setItem(key, JSON.stringify(draft))
    else localStorage.removeItem(key)
  } catch {
    // storage switched off or full: nothing is kept
  }
}
