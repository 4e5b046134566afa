// The working district: the one county-level division whose streets the register holds. A register of
// many counties, or of none, has no working district, and no band is drawn.
import { api } from '../api/client'
import type { Geometry } from '../api/types'

const FEW = 8

export async function workingDistrict(asOf: string | null): Promise<Geometry | null> {
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
    if (most === 0) return null
    return (counties.features[children.indexOf(most)]?.geometry ?? null) as Geometry | null
  } catch {
    return null // the band is an ornament; without it the map is whole
  }
}
