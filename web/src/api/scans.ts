// Pictures on their way under the data: sent, looked at, fitted, cut into tiles by a job; and those there.
import { answer, call, get } from './client'
import type { Job } from './imports'
import type { Bilingual, LonLat } from './types'
import type { UnderlayShown } from './underlays'

export interface Scan {
  upload: string
  name: string
  files: string[]
  width: number
  height: number
  placed: boolean
  crs: string | null
  corner: [number, number] | null
}

/** A point of the picture and its place on the ground, as it was given. */
export interface GivenPoint {
  column: number
  line: number
  x: number
  y: number
  /** the system of x and y; longitude and latitude where absent */
  crs?: string
}

export type Bend = 'affine' | 'projective'

export interface ScanFit {
  places: LonLat[]
  metres: number[]
  pixel_m: number | null
  corners: LonLat[]
  doubtful: boolean
  mirrored: boolean
  problem: Bilingual | null
}

export interface Placing {
  title: string
  secrecy?: string
  crs?: string
  points: GivenPoint[]
  bend: Bend
}

const BASE = '/api/v1/underlays'
const part = encodeURIComponent
const of = (upload: string) => `${BASE}/pictures/${part(upload)}`
const send = (method: string, body: unknown): RequestInit => ({ method, headers: { 'Content-Type': 'application/json' }, body: JSON.stringify(body) })

export const scans = {
  /** where files are sent */
  pictures: `${BASE}/pictures`,
  look: (upload: string) => get<Scan>(of(upload)),
  view: (upload: string) => `${of(upload)}/view`,
  fit: (upload: string, points: GivenPoint[], bend: Bend, signal: AbortSignal) =>
    call<ScanFit>(`${of(upload)}/fit`, { ...send('POST', { points, bend }), signal }),
  place: (upload: string, placing: Placing) => call<Job>(`${of(upload)}/place`, send('POST', placing)),
  discard: async (upload: string): Promise<void> => { await answer(of(upload), { method: 'DELETE' }) },
  rename: (id: string, title: string) => call<unknown>(`${BASE}/${part(id)}`, send('PATCH', { title })),
  show: (id: string, shown: UnderlayShown) => call<unknown>(`${BASE}/${part(id)}`, send('PATCH', { shown })),
  remove: async (id: string): Promise<void> => { await answer(`${BASE}/${part(id)}`, { method: 'DELETE' }) },
}
