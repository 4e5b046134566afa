// Inspection rounds as the server says them and takes them: /api/v1/inspections. Types only where they are shown.
import { call, get } from './client'
import type { When } from './client'
import type { Act, Bilingual, Json, LonLat } from './types'

export type Side = 'a' | 'b'
export type Subject = 'marker' | 'segment'
export type Near = 'later' | 'notice' | 'remind' | 'urge' | 'overdue'

export interface SideProgress {
  side: Side
  party: string | null
  done: number
  to_do: number
  troubles: number
  conditions: Record<string, number>
}

export interface LineProgress {
  line: string
  name: string
  tasks: number
  done: number
  differences: number
  sides: SideProgress[]
}

export interface Round {
  id: string
  code: string
  name: string
  stage: string | null
  cause: string | null
  lead_side: string | null
  lines: string[]
  markers: number
  markers_done: number
  segments: number
  segments_done: number
  troubles: number
  differences: number
  conditions: Record<string, number>
  by_line: LineProgress[]
  planned_from: string | null
  planned_to: string | null
  ended: string | null
  late_since: string | null
}

export interface LineDue {
  id: string
  code: string
  name: string
  party_a: string | null
  party_b: string | null
  last: string
  by: string
  days_left: number
  due: Near
  round: string | null
}

export interface Said {
  id: string
  side: string | null
  fields: Record<string, Json>
  at: LonLat | null
  offset_m: number | null
  tolerance_m: number | null
  left: string | null
  troubles: string[]
}

export interface Reference {
  object: string
  part?: string
  azimuth_deg: number | null
  distance_m: number | null
}

export interface Task {
  subject: Subject
  line: string
  key: string
  name: string
  lead: string | null
  at: LonLat | null
  along_m: number | null
  course?: LonLat[]
  marker?: string
  kind?: string
  registered?: string
  references?: Reference[]
  segment?: { from_marker: string; to_marker: string; feature: string; feature_name: string; length_m: number | null }
  done: string | null
  condition: string | null
  records: Said[]
  differences: string[]
}

export interface Tolerance {
  gnss_m: number
  phone_m: number
}

export interface RoundTasks extends Round {
  revision: number
  tasks: Task[]
  tags: Record<string, string>
  tolerance: Tolerance | null
  repairs: string[]
}

export interface Proposal {
  code: string
  name: string
  round_no: number
  year: number
  tasks: Task[]
  notes: Bilingual[]
}

export interface CheckFinding {
  id: string
  rule: string
  title: Bilingual
  article: Bilingual
  severity: 'error' | 'warning' | 'note'
  layer: string
  record: string
  name: string | null
  what: Bilingual
  remedy: Bilingual
}

export interface Recorded {
  revision: number
  record: string
  etag: string | null
  condition: string | null
  checks: CheckFinding[]
}

export interface ConditionLine {
  day: string
  condition: string | null
  before: string | null
  changed: boolean
  record: { id: string; round: string; side: string | null; found: string | null; action: string | null; inspectors: string[] } | null
  act: { revision: number; at: string; by: string; reason: string; undone_by: number | null }
}

/** What a side says of a task, as it is sent. */
export interface Inspect {
  subject: Subject
  line: string
  key: string
  side: string
  etag?: string
  set: Record<string, Json>
  at?: LonLat | null
}

const ALL = '/api/v1/inspections'
const part = encodeURIComponent
const at = (when: When) => ({ as_of: when.asOf })
const post = <T>(path: string, body: unknown) =>
  call<T>(path, { method: 'POST', headers: { 'Content-Type': 'application/json' }, body: JSON.stringify(body) })

export const inspections = {
  board: (when: When) => get<{ rounds: Round[]; due: LineDue[] }>(ALL, at(when)),
  round: (id: string, when: When) => get<RoundTasks>(`${ALL}/${part(id)}`, at(when)),
  proposal: (lines: readonly string[], special: boolean, signal?: AbortSignal) =>
    get<Proposal>(`${ALL}/proposal`, { lines: lines.join(','), special: special ? 'true' : null }, signal),
  make: (set: Record<string, Json>, act: Act) => post<{ revision: number; id: string }>(ALL, { set, ...act }),
  save: (id: string, body: Inspect, act: Act) => post<Recorded>(`${ALL}/${part(id)}/records`, { ...body, ...act }),
  stage: (id: string, stage: string, set: Record<string, Json>, act: Act) =>
    post<{ revision: number }>(`${ALL}/${part(id)}/stage`, { stage, set, ...act }),
  conditions: (marker: string, when: When) =>
    get<{ condition: string | null; history: ConditionLine[] }>(`${ALL}/markers/${part(marker)}`, at(when)),
  book: (id: string) => `${ALL}/${part(id)}/round.xlsx`,
}
