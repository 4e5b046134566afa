// Findings of the checks, and their repair, as the server says them.
import { answer, address, call, get, type Params } from './client'
import type { Act, Bilingual, Box, Geometry, Json, LonLat } from './types'

export type Severity = 'error' | 'warning' | 'note'

export interface CheckFinding {
  id: string
  rule: string
  title: Bilingual
  article: Bilingual
  basis: 'read' | 'assumed'
  severity: Severity
  layer: string
  record: string
  code: string | null
  name: string | null
  field: string | null
  level: string | null
  /** what is wrong with the coverage, where it is about ground */
  kind: string | null
  area_m2: number | null
  width_m: number | null
  bbox: Box | null
  at: LonLat | null
  what: Bilingual
  remedy: Bilingual
  evidence: string | null
}

export interface ChecksAnswer {
  revision: number
  as_of: string
  rules: string
  total: number
  counts: Record<string, number>
  severities: Partial<Record<Severity, number>>
  kinds: Record<string, number>
  levels: Record<string, number>
  findings: CheckFinding[]
}

export interface CheckRecord {
  layer: string
  record: string
  code: string | null
  name: string | null
}

export interface CheckDetail {
  revision: number
  finding: CheckFinding
  sense: Bilingual
  place: Geometry | null
  records: CheckRecord[]
  repair: { offered: boolean; owners: CheckRecord[]; why: Bilingual | null; next: Bilingual | null }
}

export interface RuleDoc {
  id: string
  title: Bilingual
  article: Bilingual
  sense: Bilingual
  basis: 'read' | 'assumed'
  severity: Severity
  applies: boolean
  checked: boolean
  parameters: { name: string; title: Bilingual; value: Json; unit: string | null }[]
}

/** What becomes of one division when borders change. */
export interface BorderSide {
  id: string
  label: string | null
  code: string | null
  level: string | null
  etag: string | null
  area_before_m2: number
  area_after_m2: number
  before: Geometry | null
  after: Geometry | null
}

export interface BordersAnswer {
  revision: number
  divisions: BorderSide[]
}

const part = encodeURIComponent
const post = <T>(path: string, body: unknown) =>
  call<T>(path, { method: 'POST', headers: { 'Content-Type': 'application/json' }, body: JSON.stringify(body) })

export const checks = {
  list: (params: Params, signal?: AbortSignal) => get<ChecksAnswer>('/api/v1/checks', params, signal),
  rules: (params: Params = {}) => get<{ version: string; rules: RuleDoc[] }>('/api/v1/rules', params),
  detail: (id: string, params: Params, signal?: AbortSignal) => get<CheckDetail>(`/api/v1/checks/${part(id)}`, params, signal),
  preview: (id: string, owner: string | null) => post<BordersAnswer>(`/api/v1/checks/${part(id)}/repair/preview`, owner ? { owner } : {}),
  repair: (id: string, body: Act & { owner?: string; held: Record<string, string> }) => post<BordersAnswer>(`/api/v1/checks/${part(id)}/repair`, body),
  /** what is listed as a workbook, with its name */
  async export(params: Params): Promise<{ blob: Blob; name: string }> {
    const response = await answer(address('/api/v1/checks/export', params), {})
    const named = /filename\*=UTF-8''([^;]+)/.exec(response.headers.get('content-disposition') ?? '')?.[1]
    return { blob: await response.blob(), name: named ? decodeURIComponent(named) : 'findings.xlsx' }
  },
}
