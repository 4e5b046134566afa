// Boundary lines and markers: the ledger, one line, one marker, deriving, numbering, alignment texts, papers.
import { address, call, get, type When } from './client'
import type { Act, Box, LonLat } from './types'

export interface FindingCounts {
  errors: number
  warnings: number
  notes: number
}

export type Due = 'later' | 'notice' | 'remind' | 'urge' | 'overdue'

export interface LineRow {
  id: string
  code: string | null
  name: string
  level: string | null
  party_codes: [string | null, string | null]
  parties: [string | null, string | null]
  /** a, b, joint, or split where the sides take turns */
  lead: string | null
  length_m: number | null
  agreed_km: number | null
  markers: number
  segments: number
  surveyed: boolean
  disputed: boolean
  next_inspection: string | null
  due: Due | null
  bounds: Box | null
  findings: FindingCounts
}

export interface OnLine {
  id: string
  number: string
  of: number
  condition: string | null
  at_m: number
  off_m: number
  at: LonLat
}

export interface Stretch {
  number: string
  from: string
  to: string
  feature: string
  feature_name: string
  length_m: number | null
  lead: string
  shape: LonLat[]
}

export interface LinePage extends LineRow {
  start: string | null
  end: string | null
  on_line: OnLine[]
  stretches: Stretch[]
}

export interface ObjectRow {
  object: string
  azimuth_deg: number | null
  distance_m: number | null
  computed: LonLat | null
  known: LonLat | null
  apart_m: number | null
}

interface Neighbour {
  id: string
  number: string
  apart_m: number
}

export interface MarkerPage {
  id: string
  number: string
  at: LonLat | null
  plane: { x_m: number; y_m: number; zone: number; central_meridian: number } | null
  references: ObjectRow[]
  lines: { id: string; code: string | null; name: string; at_m: number; off_m: number; before: Neighbour | null; after: Neighbour | null }[]
}

export interface Leg {
  from: string
  to: string
  feature: string
  feature_name: string
  direction: string | null
  distance_m: number | null
}

export interface Alignment {
  text: string
  legs: Leg[]
  total_m: number | null
  stored: { text: string; legs: Leg[]; total_m: number | null; unread: { text: string; after_leg: number }[] } | null
}

export interface Derivable {
  level: string
  streets: boolean
  surveyed: boolean
}

export interface DerivedLine {
  id: string
  code: string | null
  name: string
  parties: [string, string]
  outcome: 'new' | 'changed' | 'unchanged'
  parts: number
  length_m: number
  before_m: number | null
  start: string | null
  end: string | null
  markers: number
  segments: number
  changed: string[]
}

export interface Derived {
  revision: number | null
  lines: DerivedLine[]
  findings: unknown
}

export interface Numbered {
  id: string
  before: string
  after: string
  at_m: number
  off_m: number
}

export interface Numbers {
  revision: number | null
  run: 'eastward' | 'southward' | ''
  markers: Numbered[]
}

const part = encodeURIComponent
const day = (when: When) => ({ as_of: when.asOf })
const send = <T>(path: string, body: unknown) =>
  call<T>(path, { method: 'POST', headers: { 'Content-Type': 'application/json' }, body: JSON.stringify(body) })
const lineAt = (code: string, rest = '') => `/api/v1/boundary/lines/${part(code)}${rest}`
const markerAt = (id: string, rest = '') => `/api/v1/boundary/markers/${part(id)}${rest}`

export const lines = {
  ledger: (when: When = {}, signal?: AbortSignal) => get<{ revision: number; as_of: string; lines: LineRow[] }>('/api/v1/boundary/ledger', day(when), signal),
  /** by its code, or its record's id where it has none */
  line: (code: string, when: When = {}, signal?: AbortSignal) => get<LinePage>(lineAt(code), day(when), signal),
  marker: (id: string, when: When = {}, signal?: AbortSignal) => get<MarkerPage>(markerAt(id), day(when), signal),
  alignment: (code: string, when: When = {}, signal?: AbortSignal) => get<Alignment>(lineAt(code, '/text'), day(when), signal),
  preview: ({ level, streets, surveyed }: Derivable, signal?: AbortSignal) =>
    get<Derived>('/api/v1/boundary/lines', { level, streets: streets ? 'true' : null, surveyed: surveyed ? 'true' : null }, signal),
  derive: (what: Derivable, said: Act) => send<Derived>('/api/v1/boundary/lines', { ...what, ...said }),
  proposal: (code: string, first: number, keep: boolean, signal?: AbortSignal) =>
    get<Numbers>(lineAt(code, '/numbering'), { first, keep: keep ? 'true' : null }, signal),
  number: (code: string, first: number, keep: boolean, said: Act) => send<Numbers>(lineAt(code, '/numbering'), { first, keep, ...said }),
  cardLacks: (id: string, when: When = {}) => get<{ empty: string[]; unknown: string[] }>(markerAt(id, '/card'), day(when)),
  sheetAddress: (code: string, scale: number | null, when: When = {}) => address(lineAt(code, '/sheet.pdf'), { scale, ...day(when) }),
  cardAddress: (id: string, form: 'docx' | 'pdf', when: When = {}) => address(markerAt(id, `/card.${form}`), day(when)),
  tableAddress: (which: 'lines' | 'markers', line: string | null, when: When = {}) => address(`/api/v1/boundary/${which}.xlsx`, { line, ...day(when) }),
}
