// Uploads, jobs, imports and profiles, as the server says them. Uploading itself is in upload.ts, since
// only the older request tells how far it is.
import { answer, call, get, type Params } from './client'
import type { Act, Bilingual, Box, FieldChange, Finding, Geometry, Json, LonLat } from './types'

export type JobState = 'queued' | 'running' | 'done' | 'failed' | 'cancelled'

export interface JobProgress {
  done: number
  of: number | null
  stage: Bilingual | null
}

export interface Job {
  id: string
  kind: string
  title: Bilingual
  state: JobState
  by: string | null
  created: string
  started: string | null
  ended: string | null
  progress: JobProgress
  params: Record<string, Json>
  outcome: unknown
  failure: (Bilingual & { code?: string }) | null
  revision: number | null
}

export interface JobEvent {
  id: string
  state: JobState
  progress: JobProgress
}

export interface CrsGuess {
  crs: string
  title: Bilingual
  why: Bilingual
}

export interface CrsFacts {
  declared: string | null
  /** its name for people */
  title?: Bilingual | null
  /** what the file says, where nobody understands it */
  said?: string | null
  guesses: CrsGuess[]
}

export interface Features {
  type: 'FeatureCollection'
  features: { type: 'Feature'; geometry: Geometry | null; properties: Record<string, Json> }[]
}

/** One table or layer found in an upload. */
export interface Source {
  file: string
  source_layer: string | null
  kind: string
  rows: number | null
  columns: string[]
  /** those of them that its places were read from */
  geometry_columns?: string[]
  geometry: boolean
  crs: CrsFacts
  encoding: string | null
  layer: string | null
  profile?: string | null
  sample: Record<string, Json>[]
  sample_geometry: Features | null
  /** it is only named: there was no time to look into it */
  unseen?: boolean
  problem: Bilingual | null
}

export interface Upload {
  upload: string
  name: string
  bytes: number
  at: string
  sources: Source[]
}

export type Invalid = 'repair' | 'keep' | 'refuse'

/** What a trial is asked to do. */
export interface PreviewRequest {
  upload: string
  file: string
  source_layer?: string
  layer: string
  crs?: string
  encoding?: string
  map: Record<string, string>
  /** values of fields that all rows have in common */
  set?: Record<string, string>
  key?: string
  invalid?: Invalid
  join?: boolean
  /** rows of a joined table: the record each is about, or the place of a new one */
  place?: Record<string, Placing>
  split_crossings?: boolean
  /** neighbours of divisions follow borders that moved by up to so many metres */
  carry_m?: number
  /** seven parameters from an older datum, or `keep` */
  datum?: string
  source?: string
  profile?: string
}

/** The id of a record, or a place. */
export type Placing = string | LonLat

/** A record that a row may be about. */
export interface RecordCandidate {
  id: string
  label: string
  within: string
  score: number
}

/** A row of a joined table that found no record. */
export interface Unmatched {
  row: number
  label: string
  why: Bilingual
  candidates: RecordCandidate[]
}

export interface Counts {
  new: number
  changed: number
  unchanged: number
  refused: number
}

/** What a trial found; nothing is written yet. */
export interface Draft {
  layer: string
  file: string
  revision: number
  crs: string | null
  columns: { column: string; field: string | null; title: Bilingual | null }[]
  counts: Counts | null
  extent: Box | null
  findings_total: number
  question: (CrsFacts & { datum?: string | null }) | null
  unmatched?: number | null
}

/** A finding of a trial, with its place where it has one. */
export interface ImportFinding extends Finding {
  id?: string
  done?: Bilingual | null
  evidence?: string | null
  count?: number
  rows?: number[]
  at?: LonLat | null
}

export interface DraftChange {
  op: 'new' | 'changed'
  id: string
  label: string | null
  code: string | null
  fields: FieldChange[]
  geometry: Geometry | null
  geometry_changed?: boolean
}

export interface ProfileOptions {
  crs: string | null
  encoding: string | null
  map: Record<string, string>
  set?: Record<string, string>
  key: string | null
  invalid: Invalid
  source: string | null
  join: boolean
  split_crossings?: boolean
  datum?: string | null
}

/** How one kind of file of the office is taken, kept under a name. */
export interface Profile {
  name: string
  layer: string
  file_kind: string
  columns: string[]
  options: ProfileOptions
}

const part = encodeURIComponent
const send = (method: string, body?: unknown): RequestInit => ({
  method,
  ...(body !== undefined && { headers: { 'Content-Type': 'application/json' }, body: JSON.stringify(body) }),
})
const BASE = '/api/v1'

const gone = async (path: string): Promise<void> => { await answer(path, { method: 'DELETE' }) }

export const imports = {
  upload: (id: string) => get<Upload>(`${BASE}/uploads/${part(id)}`),
  /** one source looked at by itself, in a text encoding if one is given */
  reread: (id: string, source: Pick<Source, 'file' | 'source_layer'>, encoding: string) =>
    get<Source>(`${BASE}/uploads/${part(id)}/source`, { file: source.file, source_layer: source.source_layer, encoding: encoding || null }),
  dropUpload: (id: string) => gone(`${BASE}/uploads/${part(id)}`),
  preview: (request: PreviewRequest) => call<Job>(`${BASE}/imports/preview`, send('POST', request)),
  accept: (job: string, act: Act) => call<Job>(`${BASE}/imports/${part(job)}/accept`, send('POST', act)),
  discard: (job: string) => gone(`${BASE}/imports/${part(job)}`),
  findings: (job: string, page: Params = {}) =>
    get<{ total: number; findings: ImportFinding[] }>(`${BASE}/imports/${part(job)}/findings`, page),
  changes: (job: string, page: Params = {}) =>
    get<{ total: number; changes: DraftChange[] }>(`${BASE}/imports/${part(job)}/changes`, page),
  unmatched: (job: string, page: Params = {}) =>
    get<{ total: number; rows: Unmatched[] }>(`${BASE}/imports/${part(job)}/unmatched`, page),
  features: (job: string) => get<Features>(`${BASE}/imports/${part(job)}/features`),
  refused: (job: string) => `${BASE}/imports/${part(job)}/refused.xlsx`,

  jobs: (page: Params = {}) => get<{ jobs: Job[] }>(`${BASE}/jobs`, page),
  job: (id: string) => get<Job>(`${BASE}/jobs/${part(id)}`),
  cancel: (id: string) => call<Job>(`${BASE}/jobs/${part(id)}/cancel`, send('POST')),
  /** address of the file that an export made */
  fileOf: (id: string) => `${BASE}/jobs/${part(id)}/file`,
  removeJob: (id: string) => gone(`${BASE}/jobs/${part(id)}`),

  profiles: () => get<{ profiles: Profile[] }>(`${BASE}/profiles`),
  keepProfile: (profile: Profile) => call<unknown>(`${BASE}/profiles/${part(profile.name)}`, send('PUT', profile)),
  dropProfile: (name: string) => gone(`${BASE}/profiles/${part(name)}`),
}
