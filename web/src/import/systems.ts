// Coordinate systems that an office meets, to choose one by hand. Pure; what a code means in full the server knows.

export interface System {
  crs: string
  /** key of its words in `importPlace.names` */
  name: 'cgcs' | 'wgs' | 'gcj' | 'bd' | 'xian' | 'beijing' | 'meridian' | 'meridianZone'
  degree?: number
  zone?: number
}

export interface SystemGroup {
  name: 'degrees' | 'network' | 'plane3' | 'plane6' | 'old'
  systems: System[]
}

const FIRST = 75
const LAST = 135
const code = (number: number) => `EPSG:${String(number)}`

/** Zones of `width` degrees: without and with the zone's number in front of the easting. */
function zones(width: 3 | 6, plain: number, numbered: number, firstZone: number): System[] {
  const count = (LAST - FIRST) / width + 1
  return Array.from({ length: count }, (_, at) => {
    const degree = FIRST + at * width
    return [
      { crs: code(plain + at), name: 'meridian' as const, degree },
      { crs: code(numbered + at), name: 'meridianZone' as const, degree, zone: firstZone + at },
    ]
  }).flat()
}

export const SYSTEMS: readonly SystemGroup[] = [
  { name: 'degrees', systems: [{ crs: 'EPSG:4490', name: 'cgcs' }, { crs: 'EPSG:4326', name: 'wgs' }] },
  { name: 'network', systems: [{ crs: 'gcj02', name: 'gcj' }, { crs: 'bd09', name: 'bd' }] },
  { name: 'plane3', systems: zones(3, 4534, 4513, 25) },
  { name: 'plane6', systems: zones(6, 4502, 4491, 13) },
  { name: 'old', systems: [{ crs: 'EPSG:4610', name: 'xian' }, { crs: 'EPSG:4214', name: 'beijing' }] },
]

/** What a person typed as a code: `4543`, `epsg 4543`, `GCJ-02`. Null where it is none. */
export function readCode(text: string): string | null {
  const plain = text.trim().toLowerCase().replace(/[\s_-]/g, '')
  if (plain === 'gcj02' || plain === 'bd09') return plain
  const number = /^(?:epsg:?)?(\d{4,6})$/.exec(plain)?.[1]
  return number ? `EPSG:${number}` : null
}
