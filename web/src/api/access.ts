// Service circles: classes of service and who walks, coverage of a question with or without changes, one home, one
// facility, exact reach. Shares 0..1, minutes on foot, places lon/lat. Scenarios and siting are in siting.ts.
import type { CheckFinding } from './checks'
import { call, get } from './client'
import type { Bilingual, Box, Geometry, LonLat } from './types'

export interface Limit {
  minutes?: number
  metres?: number
}

export interface ServiceClass {
  id: string
  title: Bilingual
  limit: Limit
  level: string
  required: boolean
  profile: string
  kinds: string[]
  states: string[]
  capacity: { field: string; per: string; per_number: number; unit: Bilingual } | null
  basis: Bilingual
  evidence: 'read' | 'assumed'
  facilities: number
  other_states: Record<string, number>
}
export interface Walker {
  id: string
  title: Bilingual
  speed_m_per_s: number
  steps: boolean
  basis: Bilingual
}
export interface Target {
  id: string
  title: Bilingual
  class: string
  figure: keyof Figures
  share: number
  from: number | null
  year: number | null
  basis: Bilingual
  evidence: 'read' | 'assumed'
}
export interface Catalogue {
  classes: ServiceClass[]
  required: { classes: string[]; levels: string[] }
  profiles: Walker[]
  counts: { id: string; title: Bilingual; households: number }[]
  count: string
  date: string
  revision: number
  targets: Target[]
}

/** One thing done to the register as it stands, for trial. */
export type Change =
  | { kind: 'close' | 'run'; facility: string }
  | { kind: 'move'; facility: string; place: LonLat }
  | { kind: 'extend'; facility: string; by: number }
  | { kind: 'add'; place: LonLat; class?: string; name?: string }
  | { kind: 'open_gate'; gate: string }
  | { kind: 'add_gate'; compound: string; place: LonLat }
  | { kind: 'link'; line: LonLat[] }

export type Measure = 'network' | 'straight'

/** What is asked, as it goes with every request. */
export interface Question extends Limit {
  class: string
  profile?: string
  measure?: Measure
  states?: string[]
  count?: string
  date?: string
  changes?: Change[]
}

export interface Homes {
  revision: number
  date: string
  count: string
  n: number
  lon: number[]
  lat: number[]
  households: number[]
  elders: number[]
  compound: number[]
  community: number[]
  gateless: number[]
  compounds: { id: string; name: string }[]
  communities: { code: string; name: string; street: string }[]
  streets: { code: string; name: string }[]
  notes: { off_network: number; estimated_homes: number; gateless_compounds: number; cut_off_parts: { metres: number; near: LonLat | null }[] }
}

/** Figures by which a unit is told apart. */
export type UnitFigure = 'households' | 'residents' | 'elders'
export interface Part {
  covered: number
  of: number
  share: number | null
}
/** Both meanings: (a) communities and streets that have a facility, (b) what lies within reach. */
export interface Figures {
  units: Part
  streets: Part
  households: Part
  residents: Part
  elders: Part
  buildings: Part
  area_m2: Part
}
export interface Unit {
  code: string
  name: string
  street?: string
  has: number
  households: Part
  elders: Part
  residents: Part
  before: number | null
}
export interface Definition extends Bilingual {
  key: string
  class?: string
  profile?: string
  speed_m_per_s?: number
  measure?: Measure
  limits?: ({ class: string } & Limit)[]
  count?: string
  facilities?: number
  facilities_off_network?: number
  date?: string
  revision?: number
}
export interface Facility {
  id: string | null
  name: string
  class: string
  place: LonLat
  status: string
  change: 'added' | 'moved' | 'closed' | 'run' | null
  /** of one that is added: its place among the changes */
  at: number | null
  /** whether it serves anybody: planned and closed ones are told too */
  counts: boolean
}
export interface CoveredHomes {
  minutes: (number | null)[]
  covered: string
  was: string | null
  nearest: number[]
}
export interface UncoveredHome {
  home: number
  compound: string | null
  community: string | null
  place: LonLat
  elders: number | null
  households: number | null
  few: boolean
  minutes: number | null
  lacking: string[]
}
export interface Capacity {
  total: number
  per: number | null
  per_number: number
  of: string
  unit: Bilingual
  nursing_share: number | null
  /** facilities that have less than those nearest to them need, and the households there is no place for */
  full: number
  short_households: number
}
export interface Coverage {
  revision: number
  date: string
  definition: Definition
  whole: Figures
  before: Figures | null
  bands: { minutes: number; households: Part }[]
  interval?: { low: number; high: number; compounds: number } | null
  straight?: Figures | null
  capacity?: Capacity | null
  streets?: Unit[]
  communities?: Unit[]
  by_class?: { class: string; households: Part }[]
  homes?: CoveredHomes
  facilities: Facility[]
  uncovered?: { total: number; households: number; rows: UncoveredHome[]; villages: { id: string; name: string; households: number | null; minutes: number | null }[] }
}
export type Asked = 'homes' | 'units' | 'uncovered' | 'straight' | 'interval'

/** Coverage on a day, by one definition. */
export interface TrendDay {
  date: string
  figures: Figures
  facilities: number
  definition: Definition
  comparable: boolean
}

export interface BoardRow {
  class: string
  definition: Definition
  facilities: number
  whole: Figures
  by_street: (number | null)[]
  target: number | null
  capacity: Capacity | null
}
export interface Board {
  revision: number
  date: string
  streets: { code: string; name: string }[]
  rows: BoardRow[]
}

export interface Reached {
  type: 'FeatureCollection'
  features: { type: 'Feature'; properties: { kind: 'streets' | 'outline'; minutes: number }; geometry: Geometry }[]
  truncated?: boolean
}

export interface Nearest {
  class: string
  facility: string | null
  name: string | null
  place: LonLat | null
  minutes: number | null
  metres: number | null
  limit: Limit
  covered: boolean
  /** the way there */
  route: LonLat[] | Geometry | null
}
export interface HomeAnswer {
  place: LonLat
  name: string | null
  households: number | null
  elders: number | null
  gateless: boolean
  off_network: boolean
  nearest: Nearest[]
}
export interface FacilityAnswer {
  id: string | null
  name: string
  class: string
  place: LonLat
  limit: Limit
  within: { households: number; elders: number; homes: number }
  nearest: { households: number; elders: number; homes: number }
  alone: { households: number; elders: number }
  capacity: { value: number; unit: Bilingual } | null
  homes: number[]
  minutes: number[]
  outline: Geometry | null
}

/** A gate that is shut for those on foot. */
export interface ShutGate {
  id: string
  name: string | null
  compound: string | null
  compound_name: string | null
  place: LonLat
  kind: string
}

export const ROOT = '/api/v1/services'
export const send = <T>(method: string, url: string, body: unknown, signal?: AbortSignal) =>
  call<T>(url, { method, headers: { 'Content-Type': 'application/json' }, body: JSON.stringify(body), ...(signal && { signal }) })
export const post = <T>(rest: string, body: unknown, signal?: AbortSignal) => send<T>('POST', `${ROOT}/${rest}`, body, signal)

/** A way as a line, whether it comes as one or as its places. */
export const wayOf = ({ route }: Pick<Nearest, 'route'>): Geometry | null => (Array.isArray(route) ? { type: 'LineString', coordinates: route } : route)

export const services = {
  classes: (date?: string | null) => get<Catalogue>(`${ROOT}/classes`, { date }),
  homes: (count?: string, date?: string | null) => get<Homes>(`${ROOT}/homes`, { count, date }),
  coverage: (question: Question, asked: readonly Asked[], signal?: AbortSignal) => post<Coverage>('coverage', { question, with: asked, uncovered_limit: 200 }, signal),
  trend: (question: Question, signal?: AbortSignal) => post<{ days: TrendDay[] }>('trend', { question }, signal).then(({ days }) => days),
  board: (question: Omit<Question, 'class'>, signal?: AbortSignal) => post<Board>('board', { question }, signal),
  reached: (question: Question, body: { facilities?: string[]; minutes?: number[]; window?: Box; outline?: boolean }, signal?: AbortSignal) => post<Reached>('reached', { question, ...body }, signal),
  home: (question: Question, which: { home: number } | { place: LonLat }, signal?: AbortSignal) => post<HomeAnswer>('home', { question, ...which }, signal),
  facility: (question: Question, which: { facility: string } | { added: number }, signal?: AbortSignal) => post<FacilityAnswer>('facility', { question, ...which }, signal),
  findings: (count?: string, date?: string | null) => get<{ findings: CheckFinding[] }>(`${ROOT}/findings`, { count, date }).then(({ findings }) => findings),
  gates: (date?: string | null) => get<{ gates: ShutGate[] }>(`${ROOT}/gates`, { date }).then(({ gates }) => gates),
}
