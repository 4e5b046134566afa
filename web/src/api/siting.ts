// Scenarios of service circles that are kept, and siting runs: where new facilities belong, with a bound.
import type { Change, Definition, Figures, Question, Unit } from './access'
import { ROOT, post, send } from './access'
import { address, answer, get } from './client'
import type { Job } from './imports'
import type { Bilingual, LonLat } from './types'

export interface Scenario {
  id: string
  title: string
  by: string
  note: string
  at: string
  question: Question
  revision: number
  definition: Definition
  whole: Figures
  before: Figures | null
  stale: boolean
}
export interface Compared {
  rows: { id: string | null; title: Bilingual | string; changes: number; definition: Definition; whole: Figures; streets: Unit[] }[]
  comparable: boolean
  why: Bilingual | null
}

export type Model = 'lscp' | 'mclp' | 'pmedian' | 'pcenter' | 'options'
export const MODELS: readonly Model[] = ['lscp', 'mclp', 'pmedian', 'pcenter', 'options']
/** Those that several classes at one site can be asked of. */
export const TOGETHER: readonly Model[] = ['lscp', 'mclp']
export type From = 'compounds' | 'planned' | 'community_halls' | 'points'
export const FROMS: readonly From[] = ['compounds', 'planned', 'community_halls', 'points']
export interface NewSiting {
  question: Question
  model: Model
  p?: number
  target?: number
  /** 10,000 yuan in all */
  budget?: number
  /** households of a new facility */
  capacity?: number
  candidates: { from: From; points?: LonLat[] }
  seconds: number
  by: string
  title: string
}
export interface SitingHead {
  id: string
  title: string
  model: Model
  at: string
  by: string
  status: string
  revision: number
  stale: boolean
}
export interface SitingOption {
  rank: number
  kind: string
  title: Bilingual
  gains: number
  cost: number
  per_cost: number
  cost_basis: 'read' | 'assumed'
  change: Change
  place: LonLat
}
export interface Siting extends SitingHead {
  question: Question
  definition: Definition
  status: 'proved' | 'gap' | 'impossible' | 'options'
  seconds: number
  before: Figures
  /** what follows is of a model, not of options ranked */
  objective?: number | null
  bound?: number | null
  gap?: number | null
  proved?: boolean
  objective_unit?: Bilingual
  candidates?: number
  after?: Figures | null
  chosen: { place: LonLat; name: string | null; compound: string | null; gains: number }[]
  changes: Change[]
  unreachable?: { homes: number; households: number; rows: { home: number; place: LonLat; compound: string | null; households: number | null; few: boolean }[] }
  options: SitingOption[]
  /** kinds of option that there was no time for */
  unfinished?: string[]
}

const at = (rest: string, id: string, more = '') => `${ROOT}/${rest}/${encodeURIComponent(id)}${more}`

export const sitings = {
  scenarios: () => get<{ scenarios: Scenario[] }>(`${ROOT}/scenarios`).then(({ scenarios }) => scenarios),
  save: (scenario: { id?: string; title: string; by: string; note: string; question: Question }) => send<Scenario>('PUT', `${ROOT}/scenarios`, scenario),
  remove: (id: string) => answer(at('scenarios', id), { method: 'DELETE' }),
  compare: (scenarios: readonly string[]) => post<Compared>('scenarios/compare', { scenarios }),
  file: (id: string, format: 'xlsx' | 'geojson') => address(at('scenarios', id, '/export'), { format }),
  site: (siting: NewSiting) => post<Job>('siting', siting),
  runs: () => get<{ runs: SitingHead[] }>(`${ROOT}/siting`).then(({ runs }) => runs),
  run: (id: string) => get<Siting>(at('siting', id)),
  removeRun: (id: string) => answer(at('siting', id), { method: 'DELETE' }),
}
