// Drafts of forms: kept in this browser until they are saved or discarded, even when it is closed.
import type { Json } from '../api/types'

export interface Draft {
  /** the values as they were when the form was opened */
  base: Record<string, Json>
  /** what was written, by field; only what differs */
  mine: Record<string, Json>
  at: string
  /** of a record that is not in the register yet */
  fresh?: boolean
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

/** The drafts of records that are not in the register yet, newest first. */
export function freshDrafts(register: string): { layer: string; id: string; draft: Draft }[] {
  const prefix = keyOf(register, '', '').slice(0, -1)
  try {
    return Object.keys(localStorage)
      .filter((key) => key.startsWith(prefix))
      .flatMap((key) => {
        const [layer = '', id = ''] = key.slice(prefix.length).split('.')
        const draft = readDraft(register, layer, id)
        return draft?.fresh ? [{ layer, id, draft }] : []
      })
      .sort((a, b) => b.draft.at.localeCompare(a.draft.at))
  } catch {
    return []
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
