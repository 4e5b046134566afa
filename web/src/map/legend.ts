// What stands for a layer or a code in the legend: a symbol of the map, or a swatch of line or area in
// the colours and dashes of the style.
import { tokens } from '../look/tokens'

export interface Swatch {
  stroke: string
  width: number
  dash: number[]
  fill?: string
  casing?: string
  dot?: boolean
  text?: string
}

const map = tokens.map
const stroke = (colour: string, width: number, dash: number[] = [], more: Partial<Swatch> = {}): Swatch => ({
  stroke: colour,
  width,
  dash,
  ...more,
})

/** The name of the symbol to draw (see `drawSymbol`), or null where a swatch stands. */
export function symbolOf(layer: string, field: string | null, code: string | null): string | null {
  if (layer === 'facility') return `facility-${field === 'kind' && code ? code : 'community_hall'}`
  if (layer === 'boundary_marker') {
    if (field === 'condition') return `marker-single-${code ?? 'unknown'}`
    return field === 'marker_type' && code ? `marker-${code}-intact` : 'marker-single-intact'
  }
  if (layer === 'gate') {
    const forms: Record<string, string> = { foot: 'foot', vehicle: 'vehicle', service: 'vehicle', exit: 'vehicle', barrier: 'closed', closed: 'closed', emergency: 'closed' }
    return `gate-${forms[code ?? ''] ?? 'open'}`
  }
  if (layer === 'sign') return `sign-${field === 'direction' ? (code ?? 'other') : 'east_west'}`
  return null
}

const BORDERS: Record<string, Swatch> = {
  province: stroke(map.province, 3, [9, 2, 4, 2]),
  prefecture: stroke(map.prefecture, 2.4, [8, 2, 1.5, 2, 1.5, 2]),
  county: stroke(map.county, 2, [8, 2, 1.5, 2]),
  township: stroke(map.township, 1.5, [6, 2, 1, 2]),
  community: stroke(map.community, 1.2, [4, 2]),
  group: stroke(map.group, 1, [1, 2]),
  grid: stroke(map.group, 1, [1, 3]),
}
const MAJOR = ['expressway', 'arterial', 'national_road']
const FOOT = ['footway', 'path', 'steps', 'pedestrian', 'cycleway', 'track']
const GREEN = ['park', 'green', 'square', 'farmland', 'sports', 'scenic']
const FLOWING = ['river', 'stream', 'canal', 'ditch', 'waterfall', 'dam']

function roadSwatch(code: string | null): Swatch {
  if (code && FOOT.includes(code)) return stroke(map.roadFoot, 1.6, [4, 3])
  if (!code || MAJOR.includes(code)) return stroke(map.roadMajor, 5, [], { casing: map.roadMajorCase })
  const middle = ['secondary', 'provincial_road', 'county_road'].includes(code)
  return stroke(map.roadMinor, middle ? 4 : 2, [], { casing: map.roadCase })
}

export function swatchOf(layer: string, code: string | null): Swatch | null {
  switch (layer) {
    case 'division':
      return BORDERS[code ?? 'county'] ?? null
    case 'road':
      return roadSwatch(code)
    case 'water':
      return code && FLOWING.includes(code) ? stroke(map.waterLine, 3) : stroke(map.waterLine, 1, [], { fill: map.water })
    case 'closed_or_green_area':
      return !code || GREEN.includes(code)
        ? code === 'farmland'
          ? stroke(map.farmlandLine, 1, [], { fill: map.farmland })
          : stroke(map.greenLine, 1, [], { fill: map.green })
        : stroke(map.closedLine, 1, [], { fill: map.closed })
    case 'compound':
      return stroke(map.compoundLine, 1, [], { fill: map.compound })
    case 'building':
      return stroke(map.buildingLine, 1, [], { fill: map.building })
    case 'boundary_line':
      return stroke('#d7bce0', 5)
    case 'place':
      return stroke(map.placeInk, 1.4, [], { dot: true })
    case 'place_extent':
      return stroke(map.placeInk, 1, [2, 2], { fill: map.land })
    case 'door_plate':
      return stroke(map.plateInk, 1, [], { text: '12' })
    default:
      return null
  }
}
