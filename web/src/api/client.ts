// Calls to our own server and nothing else. A refusal arrives as a `Problem` with the server's
// sentence in both languages; a server that cannot be reached as a `Problem` of code `offline`.
import type { Job } from './imports'
import type {
  Act,
  Bilingual,
  ChangeSetAnswer,
  CodeLists,
  Json,
  LegendAnswer,
  LocateAnswer,
  LogAnswer,
  OneChange,
  ProblemBody,
  RecordAnswer,
  RegisterInfo,
  Geocoded,
  SearchAnswer,
  SummaryAnswer,
} from './types'
import type { UnderlaysAnswer } from './underlays'

/** Why a call gave no answer. */
export class Problem extends Error {
  readonly status: number
  readonly code: string
  readonly says: Bilingual
  readonly next: Bilingual | null
  readonly body: ProblemBody

  constructor(status: number, body: ProblemBody) {
    const fallback = body.detail ?? body.title ?? `HTTP ${String(status)}`
    super(fallback)
    this.status = status
    this.code = body.code ?? (status === 0 ? 'offline' : `http.${String(status)}`)
    this.says = { zh: body.zh ?? fallback, en: body.en ?? fallback }
    this.next = body.next ?? null
    this.body = body
  }
}

/** On which day and at which revision a question is asked. */
export interface When {
  asOf?: string | null
  revision?: number | null
}

export type Params = Record<string, string | number | null | undefined>

let language = 'zh-CN'

export const spoken = (): string => language

/** The language in which the server is to speak. */
export function speak(locale: string): void {
  language = locale === 'en' ? 'en' : 'zh-CN'
}

export function address(path: string, params: Params): string {
  const query = new URLSearchParams()
  for (const [key, value] of Object.entries(params)) {
    if (value !== null && value !== undefined && value !== '') query.set(key, String(value))
  }
  const text = query.toString()
  return text ? `${path}?${text}` : path
}

/** The refusal of a server that does not answer at all. */
export function unreachable(): Problem {
  return new Problem(0, {
    zh: '连不上服务器。',
    en: 'The server cannot be reached.',
    next: {
      zh: '已显示的内容保持不变；恢复连接后会自动更新。',
      en: 'What is shown stays; it is brought up to date once the connection is back.',
    },
  })
}

export async function call<T>(url: string, init: RequestInit): Promise<T> {
  return (await (await answer(url, init)).json()) as T
}

export async function answer(url: string, init: RequestInit): Promise<Response> {
  let response: Response
  try {
    response = await fetch(url, {
      ...init,
      headers: { Accept: 'application/json', 'Accept-Language': language, ...init.headers },
    })
  } catch (cause) {
    if (cause instanceof DOMException && cause.name === 'AbortError') throw cause
    throw unreachable()
  }
  if (!response.ok) {
    const body = (await response.json().catch(() => ({}))) as ProblemBody
    throw new Problem(response.status, body)
  }
  return response
}

export function get<T>(path: string, params: Params = {}, signal?: AbortSignal): Promise<T> {
  return call<T>(address(path, params), signal ? { signal } : {})
}

const at = (when: When): Params => ({ as_of: when.asOf, revision: when.revision })
const part = encodeURIComponent
const ACCEPTED = 202

/** By what the log is sifted. */
export interface LogSought { by?: string; layer?: string; from?: string; to?: string; document?: string; bbox?: string }

/** What a search found, out of its GeocodeJSON. */
const hits = ({ total, features }: Geocoded): SearchAnswer => ({
  total,
  results: features.map(({ geometry, properties: { geocoding, record } }) => ({
    ...record,
    label: geocoding.name ?? record.code ?? '',
    at: geometry?.coordinates ?? null,
  })),
})

export const api = {
  register: (when: When = {}) => get<RegisterInfo>('/api/v1/register', at(when)),
  lists: () => get<CodeLists>('/api/v1/lists'),
  underlays: () => get<UnderlaysAnswer>('/api/v1/underlays'),
  record: (layer: string, id: string, when: When = {}, signal?: AbortSignal) =>
    get<RecordAnswer>(`/api/v1/layers/${part(layer)}/records/${part(id)}`, at(when), signal),
  legend: (layer: string, field: string, when: When = {}) =>
    get<LegendAnswer>(`/api/v1/layers/${part(layer)}/legend`, { field, ...at(when) }),
  log: (before?: number | null, limit = 50, sought: LogSought = {}) => get<LogAnswer>('/api/v1/log', { before, limit, ...sought }),
  auditFile: (sought: LogSought) => address('/api/v1/audit/export', { ...sought }),
  changeSet: (revision: number, offset = 0, limit = 200) =>
    get<ChangeSetAnswer>(`/api/v1/log/${String(revision)}`, { offset, limit }),
  search: (q: string, when: When = {}, signal?: AbortSignal, how: { layer?: string; limit?: number } = {}) =>
    get<Geocoded>('/api/v1/search', { q, limit: 20, ...how, ...at(when) }, signal).then(hits),
  locate: (lon: number, lat: number, when: When = {}) =>
    get<LocateAnswer>('/api/v1/locate', { lon, lat, ...at(when) }),
  items: (layer: string, params: Params = {}, signal?: AbortSignal) =>
    get<FeaturePage>(`/ogc/collections/${part(layer)}/items`, { f: 'json', ...params }, signal),
  summary: (layer: string, params: Params, signal?: AbortSignal) =>
    get<SummaryAnswer>(`/api/v1/layers/${part(layer)}/summary`, params, signal),
  /** where a record stands in a filtered and ordered list; null where it is not in it */
  position: (layer: string, id: string, params: Params) =>
    get<{ position: number | null; total: number }>(`/api/v1/layers/${part(layer)}/position`, { id, ...params }),
  /** what matches as a file, or the job that writes it where that takes long; `ids` narrow it to these records */
  async export(layer: string, params: Params, ids: string[] | null): Promise<{ blob: Blob; name: string } | { job: Job }> {
    const response = await answer(address(`/api/v1/layers/${part(layer)}/export`, params), {
      headers: { Prefer: 'respond-async', ...(ids && { 'Content-Type': 'application/json' }) },
      ...(ids && { method: 'POST', body: JSON.stringify({ ids }) }),
    })
    if (response.status === ACCEPTED) return { job: (await response.json()) as Job }
    const named = /filename\*=UTF-8''([^;]+)/.exec(response.headers.get('content-disposition') ?? '')?.[1]
    return { blob: await response.blob(), name: named ? decodeURIComponent(named) : layer }
  },
  /** a record's values as they are now, its geometry among them, with the tag that a change of it needs */
  async values(layer: string, id: string): Promise<{ etag: string; values: Record<string, Json> }> {
    const response = await answer(`/ogc/collections/${part(layer)}/items/${part(id)}?f=json`, {})
    const { properties, geometry } = (await response.json()) as { properties: Record<string, Json>; geometry: Json }
    return { etag: response.headers.get('etag') ?? '', values: { ...properties, geometry } }
  },
  patch: (layer: string, id: string, etag: string, body: Act & { set: Record<string, Json>; geometry?: Json }) =>
    call<{ revision: number }>(`/api/v1/layers/${part(layer)}/records/${part(id)}`, {
      method: 'PATCH',
      headers: { 'Content-Type': 'application/json', 'If-Match': etag },
      body: JSON.stringify(body),
    }),
  changes: (body: Act & { changes: OneChange[] }) =>
    call<{ revision: number }>('/api/v1/changes', {
      method: 'POST',
      headers: { 'Content-Type': 'application/json' },
      body: JSON.stringify(body),
    }),
  undo: (revision: number, request: Act) =>
    call<{ revision: number }>(`/api/v1/log/${String(revision)}/undo`, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json' },
      body: JSON.stringify(request),
    }),
}

/** A page of features as OGC API Features gives it. */
export interface FeaturePage {
  type: 'FeatureCollection'
  numberMatched?: number
  features: { id: string; type: 'Feature'; geometry: unknown; properties: Record<string, unknown>; etag?: string }[]
  links?: { rel: string; href: string }[]
}

/** A key for a change that may be sent twice; also works where `crypto.randomUUID` does not (plain HTTP). */
export function freshKey(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16))
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('')
}
