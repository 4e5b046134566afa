// The geometry of a record among its values: drafts, edits and conflicts hold it under this name beside the
// fields. Equal as the register sees it.
import type { Geometry, Json, LonLat } from '../api/types'

/** No field of a layer is called so: the server uses it for the same purpose in its findings. */
export const GEOMETRY = 'geometry'

export const asJson = (geometry: Geometry | null): Json => (geometry ? { type: geometry.type, coordinates: geometry.coordinates } : null)

export function asGeometry(json: Json | undefined): Geometry | null {
  if (json === null || typeof json !== 'object' || Array.isArray(json)) return null
  const { type, coordinates } = json
  return typeof type === 'string' && coordinates !== undefined ? { type, coordinates } : null
}

/** What a GeoJSON type is to the one who draws; null for a collection. */
export function kindOf(type: string): 'point' | 'line' | 'area' | null {
  if (type.endsWith('Point')) return 'point'
  if (type.endsWith('LineString')) return 'line'
  return type.endsWith('Polygon') ? 'area' : null
}

/** A geometry moved by degrees, on the register's grid. */
export function shifted(geometry: Geometry, [x, y]: LonLat): Geometry {
  const move = (json: Json): Json => {
    if (!Array.isArray(json)) return json
    const [lon, lat] = json
    if (typeof lon === 'number' && typeof lat === 'number') return [Math.round((lon + x) * 1e9) / 1e9, Math.round((lat + y) * 1e9) / 1e9]
    return json.map(move)
  }
  return { type: geometry.type, coordinates: move(geometry.coordinates) }
}

/** Degrees within which coordinates are the same, as the server has it. */
const SAME = 1e-8
const list = (json: Json | undefined): Json[] => (Array.isArray(json) ? json : [])

function same(a: Json | undefined, b: Json | undefined): boolean {
  if (typeof a === 'number' && typeof b === 'number') return Math.abs(a - b) <= SAME
  const [one, two] = [list(a), list(b)]
  return Array.isArray(a) && Array.isArray(b) && one.length === two.length && one.every((item, at) => same(item, two[at]))
}
const rings = (geometry: Geometry): Json[] => (geometry.type === 'Polygon' ? list(geometry.coordinates) : list(geometry.coordinates).flatMap(list))

/** Whether two geometries are the same but for the last digits, the direction of rings and single parts written as multi. */
export function sameGeometry(a: Geometry | null, b: Geometry | null): boolean {
  if (!a || !b) return a === b
  if (a.type.replace('Multi', '') !== b.type.replace('Multi', '')) return false
  if (a.type.endsWith('Polygon')) {
    const [one, two] = [rings(a), rings(b)]
    return one.length === two.length && one.every((ring, at) => same(ring, two[at]) || same([...list(ring)].reverse(), two[at]))
  }
  const many = (geometry: Geometry) => (geometry.type.startsWith('Multi') ? geometry.coordinates : [geometry.coordinates])
  return same(many(a), many(b))
}
