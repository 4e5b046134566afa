// What a plan was asked, so that it can be asked again with something changed. Pure.
import type { GridRules, Plan, PlanKind, Preset, Relaxation, Wishes } from '../api/zoning'

export interface Asked {
  codes: string[]
  kind: PlanKind
  profile: string
  min: number
  max: number
  ideal: number | null
  wide_max: number | null
  zones: [number, number] | null
  count: string
  preset: Preset | null
  seconds: number
  wishes: Wishes
  grids: GridRules | null
}

export function asAsked({ scope, kind, profile, parameters }: Pick<Plan, 'scope' | 'kind' | 'profile' | 'parameters'>): Asked {
  const { min, max, ideal, wide_max, zones, count, preset, seconds, wishes, grids = null } = parameters
  return { codes: [...scope.streets, ...scope.communities], kind, profile, min, max, ideal, wide_max, zones, count, preset, seconds, wishes, grids }
}

/** The same with the least that a proof wants changed; bounds are whole households. */
export function eased(asked: Asked, { parameter, value }: Pick<Relaxation, 'parameter' | 'value'>): Asked {
  switch (parameter) {
    case 'max':
      return { ...asked, max: Math.ceil(value), wide_max: asked.wide_max === null ? null : Math.max(asked.wide_max, Math.ceil(value)) }
    case 'max_of_unit':
      return { ...asked, wide_max: Math.ceil(value) }
    case 'min':
      return { ...asked, min: Math.floor(value) }
    case 'zones':
      return { ...asked, zones: [Math.round(value), Math.round(value)] }
    case 'keep_together':
    case 'keep_apart':
      return asked
  }
}
