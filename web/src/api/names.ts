// A name that is proposed, as the law sees it, and what a renaming touches.
import { address, call, get, type Params } from './client'
import type { CheckFinding } from './checks'
import type { Act, Bilingual, Geometry, LonLat } from './types'

export type NameClass = 'county' | 'township' | 'subdistrict' | 'committee' | 'village' | 'street' | 'estate' | 'building' | 'facility' | 'bridge' | 'water' | 'land'
/** Those that people propose most stand first. */
export const CLASSES: readonly NameClass[] = ['street', 'estate', 'building', 'committee', 'village', 'subdistrict', 'township', 'county', 'bridge', 'facility', 'water', 'land']

export interface Met {
  layer: string
  record: string
  code: string | null
  name: string
  class: NameClass | null
  distance_m: number | null
  at: LonLat | null
}

export interface NameFinding extends CheckFinding {
  sense: Bilingual
  person_decides: boolean
  met: Met[]
}

export interface Decision {
  rule: string
  reason: string
  by: string
}

export interface NameQuestion {
  name: string
  class?: NameClass
  at?: LonLat
  decisions?: Decision[]
  free?: number
}

export interface NameAnswer {
  revision: number
  name: string
  class: NameClass
  class_title: Bilingual
  specific: string
  generic: string
  spelling: string
  roman: string
  findings: NameFinding[]
  free: string[]
}

/** A character whose reading a person decides; the first candidate is the likeliest. */
export interface Doubt {
  at: number
  character: string
  candidates: string[]
}
export interface SpellingAnswer {
  /** its words, parted by / */
  division: string
  spelling: string
  toneless: string
  syllables: string[]
  uncertain: Doubt[]
}
/** A name whose reading is to be reviewed; the spelling is the one of the rules. */
export interface NameReading extends SpellingAnswer {
  id: string
  etag: string
  code: string | null
  text: string
  place: string | null
  within: string | null
  reviewed: boolean
  roman: string | null
  pinyin_toned: string | null
}
export type WhichReadings = 'open' | 'doubt' | 'all'
export const WHICH: readonly WhichReadings[] = ['open', 'doubt', 'all']
export interface ReadingsAnswer {
  revision: number
  total: number
  open: number
  doubtful: number
  names: NameReading[]
}

export type Touch = 'own' | 'sign' | 'plate' | 'address' | 'division' | 'text' | 'derived'
export interface Touched {
  touch: Touch
  layer: string
  record: string
  code: string | null
  field: string
  old: string
  new: string
  sure: boolean
  at: LonLat | null
}
export interface Impact {
  from: string
  to: string
  class: NameClass | null
  total: number
  counts: Partial<Record<Touch, number>>
  titles: Record<Touch, Bilingual>
  touched: Touched[]
}

/** Something that happened to a name; `from` and `to`: the days that the date as written may mean. */
export interface NameEvent {
  kind: string
  kind_title: Bilingual
  date: string
  date_text: string
  from: string | null
  to: string | null
  authority: string
  document: string
  note: string
  /** the status after it */
  status: string | null
}
/** An event that may follow now, and the status after it; none: the status stays. */
export interface NextEvent {
  kind: string
  title: Bilingual
  status: string | null
  status_title: Bilingual | null
}
export interface NameLife {
  id: string
  etag: string
  code: string | null
  text: string
  kind: string | null
  kind_title: Bilingual | null
  status: string | null
  status_title: Bilingual | null
  by_events: boolean
  roman: string | null
  pinyin_toned: string | null
  reading_reviewed: boolean | null
  specific: string | null
  generic: string | null
  meaning: string | null
  origin: string | null
  history: string | null
  legend: string | null
  events: NameEvent[]
  next: NextEvent[]
}
export interface PlaceLife {
  revision: number
  place: {
    id: string
    code: string | null
    name: string | null
    roman: string | null
    category_title: Bilingual | null
    place_code: string | null
    code_state: 'given' | 'pending'
    protection: { class_title: Bilingual; measures: string | null; listed: string | null; document: string | null } | null
    at: LonLat | null
  } | null
  extents: { id: string; kind: string | null; geometry: Geometry }[]
  names: NameLife[]
}
export interface NewEvent {
  kind: string
  date?: string
  date_text?: string
  authority?: string
  document_no?: string
  note?: string
}
/** What a date as people write it means. */
export interface DateRead {
  read: boolean
  from: string | null
  to: string | null
}

const tagged = (etag: string) => (etag.startsWith('"') ? etag : `"${etag}"`)
const post = <T>(path: string, body: unknown, signal?: AbortSignal) =>
  call<T>(path, { method: 'POST', headers: { 'Content-Type': 'application/json' }, body: JSON.stringify(body), ...(signal && { signal }) })
const of = (layer: string, id: string, rest: string) => `/api/v1/names/${encodeURIComponent(layer)}/${encodeURIComponent(id)}${rest}`

export const names = {
  readings: (which: WhichReadings, limit: number) => get<ReadingsAnswer>('/api/v1/names/readings', { which, limit }),
  spell: (question: { name: string; within?: string; chosen: { at: number; reading: string }[] }) => post<SpellingAnswer>('/api/v1/names/spelling', question),
  life: (layer: string, id: string, when: Params, signal?: AbortSignal) => get<PlaceLife>(of(layer, id, '/life'), when, signal),
  addEvent: (name: NameLife, body: NewEvent & Act) =>
    call<{ revision: number; status: string | null }>(of('name', name.id, '/events'), { method: 'POST', headers: { 'Content-Type': 'application/json', 'If-Match': tagged(name.etag) }, body: JSON.stringify(body) }),
  readDate: (text: string, signal?: AbortSignal) => get<DateRead>('/api/v1/names/dates', { text }, signal),
  impact: (layer: string, id: string, to: string, limit: number, when: Params, signal?: AbortSignal) => get<Impact>(of(layer, id, '/impact'), { to, limit, ...when }, signal),
  impactFile: (layer: string, id: string, to: string, when: Params) => address(of(layer, id, '/impact/export'), { to, ...when }),
  check: (question: NameQuestion, when: Params, signal: AbortSignal) =>
    call<NameAnswer>(address('/api/v1/names/check', when), {
      method: 'POST',
      headers: { 'Content-Type': 'application/json' },
      body: JSON.stringify(question),
      signal,
    }),
}
