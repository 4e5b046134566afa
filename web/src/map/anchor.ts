// One point at which a geometry is named, and the box round it. Pure plane geometry in degrees, good
// enough for a label; every legal figure comes from the server.
import type { Box, Geometry, Json, LonLat } from '../api/types'

function isPosition(value: Json): value is [number, number] {
  return Array.isArray(value) && typeof value[0] === 'number' && typeof value[1] === 'number'
}

function eachPosition(value: Json, take: (at: LonLat) => void): void {
  if (isPosition(value)) take([value[0], value[1]])
  else if (Array.isArray(value)) for (const item of value) eachPosition(item, take)
}

/** The box round geometries; null where there are no positions. */
export function boxOf(geometries: readonly Geometry[]): Box | null {
  const box: Box = [Infinity, Infinity, -Infinity, -Infinity]
  for (const geometry of geometries) {
    eachPosition(geometry.coordinates, ([lon, lat]) => {
      box[0] = Math.min(box[0], lon)
      box[1] = Math.min(box[1], lat)
      box[2] = Math.max(box[2], lon)
      box[3] = Math.max(box[3], lat)
    })
  }
  return box[0] <= box[2] ? box : null
}

function positions(value: Json | undefined): LonLat[] {
  const list: LonLat[] = []
  if (value !== undefined) eachPosition(value, (at) => list.push(at))
  return list
}

function ringCentre(ring: readonly LonLat[]): { at: LonLat; area: number } {
  const origin = ring[0] ?? [0, 0]
  let area = 0
  let x = 0
  let y = 0
  for (let i = 0; i + 1 < ring.length; i += 1) {
    const [ax, ay] = [(ring[i]?.[0] ?? 0) - origin[0], (ring[i]?.[1] ?? 0) - origin[1]]
    const [bx, by] = [(ring[i + 1]?.[0] ?? 0) - origin[0], (ring[i + 1]?.[1] ?? 0) - origin[1]]
    const cross = ax * by - bx * ay
    area += cross / 2
    x += (ax + bx) * cross
    y += (ay + by) * cross
  }
  if (area === 0) return { at: origin, area: 0 }
  return { at: [origin[0] + x / (6 * area), origin[1] + y / (6 * area)], area: Math.abs(area) }
}

/** Centre of the largest outer ring, middle vertex of the longest part of a line, or the point itself. */
export function anchorOf(geometry: Geometry): LonLat | null {
  const parts = geometry.type.startsWith('Multi') ? geometry.coordinates : [geometry.coordinates]
  if (!Array.isArray(parts)) return null
  if (geometry.type.endsWith('Polygon')) {
    const centres = parts.map((part) => ringCentre(positions(Array.isArray(part) ? part[0] : undefined)))
    return centres.sort((a, b) => b.area - a.area)[0]?.at ?? null
  }
  const longest = parts.map((part) => positions(part)).sort((a, b) => b.length - a.length)[0]
  return longest?.[Math.floor(longest.length / 2)] ?? null
}

/** The world without an area: one polygon whose holes are the area's outer rings. */
export function outsideOf(geometry: Geometry): Geometry | null {
  const parts = geometry.type === 'MultiPolygon' ? geometry.coordinates : [geometry.coordinates]
  if (!geometry.type.endsWith('Polygon') || !Array.isArray(parts)) return null
  const holes = parts.flatMap((part) => (Array.isArray(part) && Array.isArray(part[0]) ? [part[0]] : []))
  const world = [[-180, -85], [180, -85], [180, 85], [-180, 85], [-180, -85]]
  return { type: 'Polygon', coordinates: [world, ...holes] }
}
