// Door plates numbered along a street, signs that a street lacks, artwork, and place codes that are to come back from the
// national database.
import { address, call, get, type Params } from './client'
import type { Bilingual, Geometry, LonLat, OneChange } from './types'

export type Method = 'order' | 'distance' | 's_shape'
export const METHODS: readonly Method[] = ['order', 'distance', 's_shape']
export interface Numbering {
  origin_ew: 'east' | 'west'
  origin_ns: 'south' | 'north'
  origin_at: LonLat | null
  odd: 'left' | 'right'
  method: Method
  interval_m: number
  spacing_m: number
  reserve: boolean
  skip: number[]
  start: number
  keep_existing: boolean
  reach_m: number
}
export interface NumberingProfile {
  id: string
  title: Bilingual
  evidence: 'read' | 'assumed'
  source: string
  parameters: Numbering
}
export type PlateState = 'new' | 'kept' | 'changed' | 'reserved' | 'shared'
export const STATES: readonly PlateState[] = ['new', 'changed', 'kept', 'reserved', 'shared']
export interface NumberedPlate {
  door: string | null
  plate: string | null
  at: LonLat
  foot: LonLat
  along_m: number
  left: boolean
  number: number
  sub: number | null
  text: string
  state: PlateState
  was: string | null
  why: Bilingual | null
}
export interface NumberingAnswer {
  revision: number
  as_of: string
  /** null for a compound */
  street: { code: string | null; name: string; length_m: number; origin: LonLat | null; line: Geometry; heading: 'east_west' | 'north_south' } | null
  parameters: Numbering
  plates: NumberedPlate[]
  counts: Partial<Record<PlateState, number>>
  findings: { rule: string; severity: 'error' | 'warning' | 'note'; what: Bilingual; number: string | null; at: LonLat | null }[]
  changes: OneChange[]
}
/** A street by code, name or one of its pieces, or a compound. */
export interface NumberingQuestion {
  street?: string
  street_id?: string
  compound_id?: string
  profile?: string
  parameters: Partial<Numbering>
}

export interface MissingSign {
  geometry: { type: 'Point'; coordinates: LonLat }
  properties: { street: string; code: string | null; at: 'start' | 'end' | 'crossing'; crossing: string | null; text: string; roman: string | null; direction: string | null; facing_deg: number | null; change: OneChange }
}
export interface MissingSigns {
  revision: number
  total: number
  streets: number
  features: MissingSign[]
}

export interface SignDesign {
  id: string
  title: Bilingual
  width_mm: number
  height_mm: number
  evidence: 'read' | 'assumed'
  source: Bilingual
}

export interface PendingPlace {
  id: string
  code: string | null
  name: string | null
  category: string | null
  division: string | null
  at: LonLat | null
  lacks: string[]
}
export interface CodesTaken {
  revision: number | null
  matched: number
  left: number
  unchanged: number
  refused: { row: number; name: string; why: Bilingual }[]
  rows: { row: number; id: string; name: string; place_code: string }[]
}

const post = <T>(path: string, body: unknown, signal?: AbortSignal) =>
  call<T>(path, { method: 'POST', headers: { 'Content-Type': 'application/json' }, body: JSON.stringify(body), ...(signal && { signal }) })

/** Sends the answer of the national database: to be read only, or taken with who and why in the headers. */
function sendCodes(file: File, said: { by: string; reason: string; document?: string; idempotency_key?: string } | null): Promise<CodesTaken> {
  return call<CodesTaken>(address('/api/v1/names/codes', { name: file.name, preview: said ? null : 'true' }), {
    method: 'POST',
    headers: {
      'Content-Type': 'application/octet-stream',
      ...(said && {
        'Change-By': encodeURIComponent(said.by),
        'Change-Reason': encodeURIComponent(said.reason),
        ...(said.document && { 'Change-Document': encodeURIComponent(said.document) }),
        ...(said.idempotency_key && { 'Idempotency-Key': said.idempotency_key }),
      }),
    },
    body: file,
  })
}

export const plates = {
  profiles: () => get<{ usual: string | null; profiles: NumberingProfile[] }>('/api/v1/plates/profiles'),
  number: (question: NumberingQuestion, signal: AbortSignal) => post<NumberingAnswer>('/api/v1/plates/numbering', question, signal),
  missing: (about: Params, signal?: AbortSignal) => get<MissingSigns>('/api/v1/signs/missing', about, signal),
  designs: () => get<{ designs: SignDesign[] }>('/api/v1/artwork/designs').then(({ designs }) => designs),
  artwork: (layer: string, id: string, format: 'svg' | 'pdf', design = '') => address(`/api/v1/artwork/${encodeURIComponent(layer)}/${encodeURIComponent(id)}`, { format, design }),
  pending: (offset: number, limit: number) => get<{ revision: number; total: number; places: PendingPlace[] }>('/api/v1/names/codes/pending', { offset, limit }),
  pendingFile: () => '/api/v1/names/codes/pending/export',
  codes: sendCodes,
}
