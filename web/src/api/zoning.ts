// Plans for communities and grids: what may be chosen, plans made, looked at, painted, finished, saved, accepted.
import { address, call, get } from './client'
import type { Job } from './imports'
import type { Act, Bilingual, Geometry } from './types'

export type PlanKind = 'redraw' | 'split' | 'merge' | 'grids'
export const KINDS: readonly PlanKind[] = ['redraw', 'split', 'merge', 'grids']
export type Preset = 'least-change' | 'barriers' | 'compact' | 'balanced'
export const PRESETS: readonly Preset[] = ['least-change', 'barriers', 'compact', 'balanced']

/** What is a grid by itself, and where grids are villages. */
export interface GridRules {
  exclusive_compounds: string[]
  exclusive_areas: string[]
  exclusive_least_m2: number
  exclusive_margin_m: number
  rural_classes: string[]
  village_compounds: string[]
}

/** Only basic zones are held against the band. */
export type ZoneKind = 'basic' | 'exclusive' | 'rural'

export interface Profile {
  id: string
  title: Bilingual
  task_kinds: ('community' | 'grid')[]
  min: number
  max: number
  ideal: number | null
  wide_max: number | null
  grids: GridRules | null
  counts: string[]
  source: string
  evidence: 'read' | 'assumed'
}

export interface ScopeCommunity {
  code: string
  name: string
  households: number | null
  count_kind: string | null
  area_km2: number
  premises_m2: number | null
  findings: string[]
}
export interface ScopeStreet {
  code: string
  name: string
  communities: ScopeCommunity[]
  findings: string[]
}

export interface Zone {
  zone: number
  kind: ZoneKind
  households: number
  area_km2: number
  polsby_popper: number
  in_band: boolean
  connected: boolean
  units: number
  continues: string | null
  name: string
  communities: { code: string; name: string; households: number }[]
}

/** Figures of a division of the scope; lengths in km or m, shares 0..1. */
export interface Objectives {
  zones: number
  unassigned: number
  out_of_band: number
  missed_households: number
  in_pieces: number
  moved_households: number
  abolished: number
  created: number
  plates_to_change: number
  grids_to_redraw: number
  border_km: number
  on_barriers_share: number | null
  straightness: number | null
  polsby_popper: number
  cut_edges: number
  balance: number
  hall_m: number | null
  households_without_hall: number
}

export interface PlanFinding {
  rule: string
  severity: 'error' | 'warning' | 'note'
  zone: number | null
  units: number[]
  what: Bilingual
}

export interface Figures {
  objectives: Objectives
  zones: Zone[]
  findings: PlanFinding[]
}

/** The zone of each unit; null where it has none. */
export type Assignment = (number | null)[]

/** What would have to change so that a proof no longer holds. */
export interface Relaxation {
  parameter: 'max' | 'min' | 'max_of_unit' | 'zones' | 'keep_together' | 'keep_apart'
  value: number
  what: Bilingual
}
/** Why nothing within the bounds is possible. */
export interface Proof {
  kind: 'unit' | 'island' | 'total' | 'cut' | 'neighbours' | 'exhausted' | 'apart' | 'contradiction' | 'zone_count'
  why: Bilingual
  /** units that it names */
  at?: number[]
  households: number | null
  relaxations: Relaxation[]
}

/** Compounds (the last two: areas as well) by code or id. */
export interface Wishes {
  together: string[][]
  apart: string[][]
  locked: string[]
  exclusive: string[]
  ordinary: string[]
}

export interface PlanHead {
  id: string
  title: string
  kind: PlanKind
  scope: { streets: string[]; communities: string[] }
  profile: string
  at: string
  by: string
  status: string
  revision: number
  stale: boolean
  accepted: number | null
}

export interface Version {
  n: number
  title: string
  at: string
  by: string
  assignment: Assignment
  locked: number[]
  figures: Figures
}

export interface Plan extends PlanHead {
  parameters: { min: number; max: number; ideal: number | null; wide_max: number | null; zones: [number, number] | null; preset: Preset | null; seconds: number; wishes: Wishes; grids?: GridRules | null; count: string; seed: number; day: string }
  definition: Bilingual
  certificate: (Bilingual & { units: number[]; proofs: Proof[] }) | null
  ended_by: string
  gap: number
  zones_possible: [number, number]
  communities: { code: string; name: string }[]
  present: { assignment: Assignment; figures: Figures }
  alternatives: { title: Bilingual; preset?: Preset; assignment: Assignment; figures: Figures }[]
  versions: Version[]
}

export interface Unit {
  index: number
  households: number
  /** households by the number of the community that they have today */
  shares: [community: number, households: number][]
  buildings: number
  compounds: string[]
  community: string | null
  area_m2: number
  sealed: boolean
  kind: ZoneKind
  site: string | null
}
export interface Units {
  type: 'FeatureCollection'
  features: { type: 'Feature'; id: number; properties: Unit; geometry: Geometry }[]
  borders: { type: 'FeatureCollection'; features: { type: 'Feature'; properties: { a: number; b: number; class: string; length_m: number }; geometry: Geometry }[] }
}

export interface NewPlan {
  scope: { streets: string[]; communities: string[] }
  kind: PlanKind
  profile: string
  min: number
  max: number
  ideal?: number
  zones?: [number, number]
  count: string
  wide_max?: number
  preset?: Preset
  wishes?: Wishes
  exclusive?: boolean
  exclusive_least_m2?: number
  rural?: boolean
  seconds: number
  by: string
}

/** A job that draws a plan. */
export interface PlanJob extends Job {
  plan?: string
  best?: { serial: number; assignment: Assignment; out_of_band: number; cut: number }
}

export interface Accepted {
  revision: number
  created: string[]
  abolished: string[]
  changed: string[]
  findings: { layer: string; id: string; what: Bilingual }[]
}

const at = (id: string, rest = '') => `/api/v1/zoning/plans/${encodeURIComponent(id)}${rest}`
const send = <T>(method: string, url: string, body: unknown, signal?: AbortSignal) =>
  call<T>(url, { method, headers: { 'Content-Type': 'application/json' }, body: JSON.stringify(body), ...(signal && { signal }) })

export const zoning = {
  profiles: () => get<{ profiles: Profile[] }>('/api/v1/zoning/profiles').then(({ profiles }) => profiles),
  scope: (count?: string) => get<{ streets: ScopeStreet[] }>('/api/v1/zoning/scope', { count }).then(({ streets }) => streets),
  plans: () => get<{ plans: PlanHead[] }>('/api/v1/zoning/plans').then(({ plans }) => plans),
  make: (plan: NewPlan) => send<PlanJob>('POST', '/api/v1/zoning/plans', plan),
  job: (id: string) => get<PlanJob>(`/api/v1/jobs/${encodeURIComponent(id)}`),
  plan: (id: string) => get<Plan>(at(id)),
  units: (id: string) => get<Units>(at(id, '/units')),
  score: (id: string, assignment: Assignment, signal?: AbortSignal) => send<Figures>('POST', at(id, '/score'), { assignment }, signal),
  finish: (id: string, assignment: Assignment, locked: number[], signal?: AbortSignal) =>
    send<{ assignment: number[]; figures: Figures; status: 'found' | 'not_found' | 'impossible'; certificate: Bilingual | null }>('POST', at(id, '/finish'), { assignment, locked, seconds: 3 }, signal),
  save: (id: string, version: { title: string; assignment: Assignment; locked: number[]; by: string }) => send<Version>('PUT', at(id, '/versions'), version),
  remove: (id: string) => fetch(at(id), { method: 'DELETE' }),
  accept: (id: string, body: Act & { version?: number; alternative?: number; zones: { zone: number; name: string }[]; from: string; approver?: string }) => send<Accepted>('POST', at(id, '/accept'), body),
  file: (id: string, format: 'xlsx' | 'geojson', which: { version?: number; alternative?: number }) => address(at(id, '/export'), { format, ...which }),
}
