// What the server says, as it says it: one type per answer of /api/v1. Lengths in metres, areas in
// square metres, coordinates lon/lat in CGCS2000, days as YYYY-MM-DD, moments in RFC 3339.

export interface Bilingual {
  zh: string
  en: string
}
export type Box = [west: number, south: number, east: number, north: number]
export type LonLat = [lon: number, lat: number]
export type Json = string | number | boolean | null | Json[] | { [key: string]: Json }

export interface FieldDef {
  name: string
  title: Bilingual
  kind: 'text' | 'int' | 'real' | 'bool' | 'date' | 'list'
  /** of a list: what its items are */
  items?: 'text' | 'object' | null
  /** of a list of things: what each of them has */
  members?: MemberDef[]
  required: boolean
  unit: string | null
  list: string | null
  help: Bilingual | null
  /** the layer it points at, by id or by code */
  refers?: { layer: string; by: 'id' | 'code' } | null
  /** of a list: its texts name files that are kept beside the register */
  files?: 'pictures' | 'papers'
}

export interface MemberDef {
  name: string
  title: Bilingual
  kind: 'text' | 'int' | 'real' | 'bool' | 'date'
  unit: string | null
  list: string | null
}

export interface LayerInfo {
  name: string
  title: Bilingual
  geometry: 'none' | 'point' | 'line' | 'area' | 'any'
  count: number
  bbox: Box | null
  label_field: string | null
  fields: FieldDef[]
}

export interface RegisterInfo {
  title: string
  created: string
  today: string
  revision: number
  hash: string
  bbox: Box | null
  read_only: boolean
  demo: boolean
  version: string
  layers: LayerInfo[]
  /** first and last day on which a record begins or ends to hold, where the server tells */
  lawful?: { from: string; to: string } | null
  /** the one county whose townships the register holds; `edge`: the divisions end with its few counties */
  district: { id: string; bbox: Box; edge: boolean } | null
  /** levels of division that are drawn at every zoom */
  top_levels: string[]
  /** the registers read as one here; absent for a register of its own */
  registers?: { title: string; revision: number; hash: string }[]
}

/** Where a change set stands in its own register, when several are read as one. */
export interface InRegister {
  title: string
  revision: number
}

export interface CodeList {
  title: Bilingual
  open: boolean
  values: { code: string; title: Bilingual }[]
}
export type CodeLists = Record<string, CodeList>

export interface FieldChange {
  name: string
  title: Bilingual
  before: Json
  after: Json
}

export type Op = 'insert' | 'update' | 'delete'

export interface HistoryEntry {
  revision: number
  at: string
  by: string
  verified: boolean
  kind: string
  kind_title: Bilingual
  reason: string
  document: string | null
  op: Op
  version: number
  undone_by: number | null
  register?: InRegister
  fields: FieldChange[]
  geometry_changed: boolean
}

export interface RelatedRecord {
  layer: string
  id: string
  label: string | null
  relation: Bilingual
}

export interface Geometry {
  type: string
  coordinates: Json
}

export interface RecordAnswer {
  layer: string
  id: string
  version: number
  label: string | null
  register?: string
  secrecy: string
  attributes: Record<string, Json>
  geometry: Geometry | null
  bbox: Box | null
  measures: { area_m2?: number | null; length_m?: number | null }
  etag: string
  /** other records of the layer with its code on that day */
  twins?: { id: string; label: string | null; register: string | null; same: boolean }[]
  versions: { version: number; valid_from: string | null; valid_to: string | null }[]
  related: RelatedRecord[]
  history: HistoryEntry[]
}

export interface LogEntry {
  revision: number
  hash: string
  previous: string
  at: string
  by: string
  verified: boolean
  kind: string
  kind_title: Bilingual
  reason: string
  document: string | null
  undoes: number | null
  undone_by: number | null
  register?: InRegister
  origin: Json
  counts: Record<string, Partial<Record<Op, number>>>
}

export interface LogAnswer {
  entries: LogEntry[]
  next: number | null
}

export interface ChangeRow {
  layer: string
  id: string
  version: number
  op: Op
  label: string | null
  fields: FieldChange[]
  geometry_changed: boolean
  before_geometry?: Geometry | null
  after_geometry?: Geometry | null
}

export interface ChangeSetAnswer extends LogEntry {
  total: number
  changes: ChangeRow[]
}

export interface SearchHit {
  layer: string
  layer_title: Bilingual
  id: string
  label: string
  code: string | null
  context: string | null
  at: LonLat | null
  match: string
  /** the name that was found, where it is not what the record is called now */
  matched: string | null
  /** whether that is a name that it had before */
  former: boolean
}

/** GeocodeJSON, as far as the page reads it. */
export interface Geocoded {
  /** null where there are more than were looked for */
  total: number | null
  features: {
    geometry: { coordinates: LonLat } | null
    properties: { geocoding: { name: string | null }; record: Omit<SearchHit, 'label' | 'at'> }
  }[]
}

export interface SearchAnswer {
  /** null where there are more than anybody would count */
  total: number | null
  results: SearchHit[]
}

export interface LegendAnswer {
  field: string
  values: { code: string | null; title: Bilingual | null; count: number }[]
}

export interface LocateAnswer {
  at: LonLat
  chain: { id: string; layer: string; code: string | null; name: string; level: string; level_title: Bilingual }[]
  dms: { lon: string; lat: string }
  plane: { epsg: number; zone: number; central_meridian: number; easting: number; northing: number } | null
}

export interface RevisionEvent {
  revision: number
  layers: string[]
  extent: Box | null
}

/** Who does it and why. */
export interface Act {
  by: string
  reason: string
  document?: string
  idempotency_key?: string
}

/** One of many changes of one change set. All but a new record name the tag they were decided on. */
export type OneChange =
  | { op: 'patch'; layer: string; id: string; etag: string; set: Record<string, Json>; geometry?: Json }
  | { op: 'create'; layer: string; id: string; set: Record<string, Json>; geometry?: Json }
  | { op: 'delete'; layer: string; id: string; etag: string }

/** What does not fit, and where. */
export interface Finding {
  rule: string
  severity: string
  spot: { field?: string | null; record?: string | null; row?: number | null }
  what: Bilingual
  done?: Bilingual | null
}

export interface ProblemBody {
  title?: string
  status?: number
  detail?: string
  code?: string
  zh?: string
  en?: string
  next?: Bilingual | null
  revision?: number
  findings?: Finding[]
  /** records that refer to one that was to be deleted */
  referrers?: { layer: string; id: string; label: string | null; field: string; refers_to: string }[]
}

/** One field's figures over many records. */
export interface Figures {
  sum: number
  min: number | null
  max: number | null
  count: number
}

/** Records with the same value of the field they are grouped by. */
export interface Group {
  value: string | number | boolean | null
  title: Bilingual
  /** where divisions are taken together: the field's values in this group */
  values?: string[]
  count: number
  sums: Record<string, Figures>
}

export interface SummaryAnswer {
  layer: string
  revision: number
  total: number
  sums: Record<string, Figures>
  by: string | null
  groups: Group[]
  /** the groups that are not listed, together */
  others: { groups: number; count: number; sums: Record<string, Figures> } | null
}
