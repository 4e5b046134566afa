// Borders of divisions: those of a window, what a change of them would do, and the change itself.
import { call } from './client'
import type { Act, Bilingual, Box, Geometry, LonLat } from './types'

export type BorderAction =
  | { kind: 'move'; at: LonLat; to: LonLat }
  | { kind: 'insert'; edge: [LonLat, LonLat]; at: LonLat }
  | { kind: 'delete'; at: LonLat }
  | { kind: 'snap'; edge: [LonLat, LonLat]; stretch?: [LonLat, LonLat]; line: LonLat[]; within_m: number }
  | { kind: 'split'; division: string; line: LonLat[]; name: string; code?: string }
  | { kind: 'merge'; divisions: string[] }
  | { kind: 'hand_over'; from: string; to: string; piece: LonLat[] }

/** A division beside a border; one that a split among the changes makes is named `new:` and the place of the split. */
export interface BorderDivision {
  id: string | null
  made: number | null
  label: string
  code: string | null
  parent_code: string | null
  area_m2: number | null
}

/** A border, or what of it lies in the window and one point beyond. Places of divisions and lines, not ids. */
export interface Arc {
  points: LonLat[]
  left: number | null
  right: number | null
  nodes: [boolean, boolean]
  /** first and last point of stretches that are surveyed */
  locked: [number, number][]
  line: number | null
  length_m: number
}

export interface Arcs {
  revision: number
  too_many: boolean
  divisions: BorderDivision[]
  borders: Arc[]
  lines: { id: string | null; label: string | null; code: string | null; surveyed: boolean }[]
}

/** What becomes of one division; `etag` null: it is new. */
export interface BorderSide {
  id: string
  label: string | null
  code: string | null
  level: string | null
  etag: string | null
  area_before_m2: number
  area_after_m2: number
  before: Geometry | null
  after: Geometry | null
}

/** What becomes of the record of a boundary line; metres. `moved_m` null: the line is new or ends. */
export interface BorderLineChange {
  id: string
  label: string | null
  code: string | null
  level: string | null
  outcome: 'new' | 'changed' | 'ended'
  length_before_m: number
  length_after_m: number
  moved_m: number | null
  surveyed: boolean
}

export interface BorderFinding {
  id: string
  rule: string
  title: Bilingual
  article: Bilingual
  severity: 'error' | 'warning' | 'note'
  layer: string
  record: string
  name: string | null
  code: string | null
  at: LonLat | null
  what: Bilingual
  remedy: Bilingual
}

export interface Borders {
  revision: number
  divisions: BorderSide[]
  lines: BorderLineChange[]
  findings: BorderFinding[]
}

const post = <T>(path: string, body: unknown, signal?: AbortSignal): Promise<T> =>
  call<T>(path, { method: 'POST', headers: { 'Content-Type': 'application/json' }, body: JSON.stringify(body), ...(signal && { signal }) })

/** Later changes name a division that a split makes as they name any other. */
const named = (found: Arcs): Arcs => ({
  ...found,
  divisions: found.divisions.map((one) => (one.id === null && one.made !== null ? { ...one, id: `new:${one.made}` } : one)),
})

export const borders = {
  /** on a day that is not today there are no changes to show */
  arcs: (level: string, window: Box, actions: readonly BorderAction[], day: string | null, signal?: AbortSignal) =>
    post<Arcs>('/api/v1/borders/arcs', { level, window, ...(day ? { day } : { actions }) }, signal).then(named),
  preview: (actions: readonly BorderAction[], from: string | null, signal?: AbortSignal) =>
    post<Borders>('/api/v1/borders/preview', { actions, checks: true, ...(from && { from }) }, signal),
  change: (actions: readonly BorderAction[], from: string | null, held: Record<string, string>, act: Act) =>
    post<Borders>('/api/v1/borders', { actions, held, ...(from && { from }), ...act }),
}
