// What a click means: of everything drawn under it, the one thing to select, the things to choose
// between, and what else is there. Pure, so that it can be tried without a map.
import type { Hit } from './style'

export interface Candidate {
  layer: string
  id: string
  label: string | null
  hit: Hit
  /** level of a division */
  level?: string | null
}

export interface Picked {
  /** what is selected, if it is clear */
  selected: Candidate | null
  /** what one has to choose between, if it is not */
  choose: Candidate[]
  /** areas that lie under the selected thing */
  also: Candidate[]
}

const AREA_ORDER = ['building', 'compound', 'closed_or_green_area', 'water', 'place', 'place_extent', 'division']
const LEVELS = ['province', 'prefecture', 'county', 'township', 'community', 'group', 'grid']

/** How low a level is; -1 for none. */
export const levelRank = (level: unknown): number => (typeof level === 'string' ? LEVELS.indexOf(level) : -1)

/** The level of division that the map speaks of at a zoom (whose names it writes largest). */
export function levelAt(zoom: number): string {
  if (zoom < 5) return 'province'
  if (zoom < 9.5) return 'county'
  if (zoom < 12.5) return 'township'
  return 'community'
}

function divisionRank(level: string | null | undefined, wanted: string): number {
  const distance = LEVELS.indexOf(level ?? '') - LEVELS.indexOf(wanted)
  return distance >= 0 ? distance * 2 : -distance * 2 - 1
}

function unique(found: readonly Candidate[]): Candidate[] {
  const seen = new Set<string>()
  return found.filter((one) => {
    const key = `${one.layer}/${one.id}`
    return seen.has(key) ? false : Boolean(seen.add(key))
  })
}

/** Points before lines before areas; among areas the smallest kind, of divisions the level in view. */
export function pick(found: readonly Candidate[], zoom: number): Picked {
  const all = unique(found)
  const wanted = levelAt(zoom)
  const areas = all
    .filter((one) => one.hit === 'area')
    .sort(
      (a, b) =>
        AREA_ORDER.indexOf(a.layer) - AREA_ORDER.indexOf(b.layer) ||
        divisionRank(a.level, wanted) - divisionRank(b.level, wanted),
    )
  const points = all.filter((one) => one.hit === 'point')
  const sharp = points.length > 0 ? points : all.filter((one) => one.hit === 'line')
  if (sharp.length === 1) return { selected: sharp[0] ?? null, choose: [], also: areas.slice(0, 4) }
  if (sharp.length > 1) return { selected: null, choose: sharp.slice(0, 12), also: [] }
  return { selected: areas[0] ?? null, choose: [], also: areas.slice(1, 5) }
}
