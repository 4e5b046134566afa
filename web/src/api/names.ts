// A name that is proposed, as the law sees it, and what a renaming touches.
import { call, type Params, address } from './client'
import type { CheckFinding } from './checks'
import type { Bilingual, LonLat } from './types'

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

export const names = {
  check: (question: NameQuestion, when: Params, signal: AbortSignal) =>
    call<NameAnswer>(address('/api/v1/names/check', when), {
      method: 'POST',
      headers: { 'Content-Type': 'application/json' },
      body: JSON.stringify(question),
      signal,
    }),
}
