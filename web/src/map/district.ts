// The working district: the one county-level division whose streets the register holds. A register of
// many counties, or of none, has no working district, and no band is drawn.
import { api } from '../api/client'
import type { Box, Geometry } from '../api/types'
import { boxOf } from './anchor'

const FEW = 8
const NEAR = 1e-6

export interface District {
  area: Geometry
  /** whether the divisions end with these few counties: then the outline of a province is the edge of the sheet */
  edge: boolean
}

/** Whether two boxes are the same but for rounding. */
export function sameBox(a: Box | null | undefined, b: Box | null | undefined): boolean {
  return Boolean(a && b && a.every((side, index) => Math.abs(side - (b[index] ?? NaN)) < NEAR))
}

/** `all`: the box round all divisions of the register. */
export async function workingDistrict(asOf: string | null, all: Box | null | undefined): Promise<District | null> {
  try {
    const day = asOf ? { datetime: asOf } : {}
    const counties = await api.items('division', { level: 'county', limit: FEW, ...day })
    const many = (counties.numberMatched ?? counties.features.length) > FEW
    if (many || counties.features.length === 0) return null
    const codes = counties.features.map((feature) => String(feature.properties['code'] ?? ''))
    const children = await Promise.all(
      codes.map(async (code) => {
        if (code === '') return 0
        const page = await api.items('division', { level: 'township', parent_code: code, limit: 1, ...day })
        return page.numberMatched ?? page.features.length
      }),
    )
    const most = Math.max(...children)
    const shapes = counties.features.map((feature) => feature.geometry as Geometry | null)
    const area = shapes[children.indexOf(most)]
    if (most === 0 || !area) return null
    return { area, edge: sameBox(boxOf(shapes.filter((shape) => shape !== null)), all) }
  } catch {
    return null // the band is an ornament; without it the map is whole
  }
}

const LEVELS = ['province', 'prefecture', 'county', 'township', 'community', 'group', 'grid']

/** The levels from the top down to the highest that has an area: they are drawn at every zoom, lest the map be empty. */
export async function highestLevels(asOf: string | null): Promise<string[]> {
  const day = asOf ? { datetime: asOf } : {}
  try {
    for (const [at, level] of LEVELS.entries()) {
      const page = await api.items('division', { level, limit: 1, ...day })
      if (page.features.some((feature) => feature.geometry !== null)) return LEVELS.slice(0, at + 1)
    }
  } catch {
    // then each level is drawn from its own zoom on
  }
  return []
}
