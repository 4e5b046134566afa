// Two versions of divisions compared, as the server says it.
import { answer, address, call, get } from './client'
import type { Job } from './imports'
import type { Box, Geometry } from './types'

export const CLASSES = ['moved', 'split', 'merged', 'new', 'gone', 'resurveyed', 'generalised', 'redigitised', 'unchanged'] as const
export type Change = (typeof CLASSES)[number]

export type Version = { from: 'register'; day: string } | { from: 'file'; upload: string; file: string; source_layer?: string; crs?: string }

export interface ComparedSide {
  code: string
  name: string
}

export interface ComparedItem {
  n: number
  change: Change
  renamed: boolean
  recoded: boolean
  old: ComparedSide | null
  new: ComparedSide | null
  others: ComparedSide[]
  area_old_m2: number
  area_new_m2: number
  moved_m2: number
  max_m: number | null
  mean_m: number | null
  bbox: Box | null
}

export interface ComparedAnswer {
  title: string
  total: number
  counts: Partial<Record<Change | 'renamed' | 'recoded', number>>
  items: ComparedItem[]
}

export interface ComparedShapes {
  old: Geometry | null
  new: Geometry | null
  pieces: Geometry[]
}

const path = (id: string) => `/api/v1/comparisons/${encodeURIComponent(id)}`

export const comparisons = {
  begin: (body: { old: Version; new: Version; level: string; within?: string }) =>
    call<Job>('/api/v1/comparisons', { method: 'POST', headers: { 'Content-Type': 'application/json' }, body: JSON.stringify(body) }),
  list: (id: string, change: string | null, offset: number, limit: number) => get<ComparedAnswer>(path(id), { change, offset, limit }),
  shapes: (id: string, n: number) => get<ComparedShapes>(`${path(id)}/items/${String(n)}`),
  async export(id: string, change: string | null, format: 'xlsx' | 'geojson'): Promise<{ blob: Blob; name: string }> {
    const response = await answer(address(`${path(id)}/export`, { change, format }), {})
    const named = /filename\*=UTF-8''([^;]+)/.exec(response.headers.get('content-disposition') ?? '')?.[1]
    return { blob: await response.blob(), name: named ? decodeURIComponent(named) : `comparison.${format}` }
  },
}
