// Gauss–Krüger plane coordinates on CGCS2000 in 3° zones, for the readout under the pointer only;
// what is stored or handed out is computed by the server through PROJ.
// Method: Krüger's series in the third flattening n to order 4 (Karney 2011, eq. 7–12), below
// 0.1 mm within a zone.

const A = 6378137
const F = 1 / 298.257222101
const N = F / (2 - F)
const RECTIFYING = (A / (1 + N)) * (1 + N ** 2 / 4 + N ** 4 / 64)
const ALPHA = [
  N / 2 - (2 / 3) * N ** 2 + (5 / 16) * N ** 3 + (41 / 180) * N ** 4,
  (13 / 48) * N ** 2 - (3 / 5) * N ** 3 + (557 / 1440) * N ** 4,
  (61 / 240) * N ** 3 - (103 / 140) * N ** 4,
  (49561 / 161280) * N ** 4,
] as const
const E = Math.sqrt(F * (2 - F))

/** A point in its 3° zone: northing x and easting y with 500 km false easting and zone prefix, in metres. */
export interface PlanePoint {
  zone: number
  meridian: number
  x: number
  y: number
}

/** The 3° zone of a longitude: 102.7°E → 34 (102°E). */
export function zoneOf(lon: number): number {
  return Math.round(lon / 3)
}

const known = (zone: number) => Number.isInteger(zone) && zone >= 24 && zone <= 46

/** Forward projection; null outside China's zones 24–46, where the reading means nothing. */
export function toPlane(lon: number, lat: number): PlanePoint | null {
  const zone = zoneOf(lon)
  return known(zone) && Math.abs(lat) <= 84 ? project(lon, lat, zone) : null
}

/**
 * Back to longitude and latitude, the zone being the prefix of y; null where that is none of China's. Steps of the
 * forward projection until it comes to the point, each about a hundred times nearer.
 */
export function fromPlane(x: number, y: number): [lon: number, lat: number] | null {
  const zone = Math.floor(y / 1_000_000)
  if (!known(zone) || !(Math.abs(x) < 9_400_000)) return null
  const degree = (Math.PI / 180) * RECTIFYING
  let [lon, lat] = [zone * 3, x / degree]
  for (let step = 0; step < 12; step += 1) {
    const at = project(lon, lat, zone)
    lat += (x - at.x) / degree
    lon += (y - at.y) / (degree * Math.max(0.05, Math.cos((lat * Math.PI) / 180)))
    if (Math.abs(lat) > 84 || Math.abs(lon - zone * 3) > 6) return null
  }
  return [lon, lat]
}

function project(lon: number, lat: number, zone: number): PlanePoint {
  const phi = (lat * Math.PI) / 180
  const lambda = ((lon - zone * 3) * Math.PI) / 180
  const tau = Math.tan(phi)
  const sigma = Math.sinh(E * Math.atanh((E * tau) / Math.hypot(1, tau)))
  const conformal = tau * Math.hypot(1, sigma) - sigma * Math.hypot(1, tau)
  const xi0 = Math.atan2(conformal, Math.cos(lambda))
  const eta0 = Math.asinh(Math.sin(lambda) / Math.hypot(conformal, Math.cos(lambda)))
  let xi = xi0
  let eta = eta0
  ALPHA.forEach((alpha, index) => {
    const k = 2 * (index + 1)
    xi += alpha * Math.sin(k * xi0) * Math.cosh(k * eta0)
    eta += alpha * Math.cos(k * xi0) * Math.sinh(k * eta0)
  })
  return {
    zone,
    meridian: zone * 3,
    x: RECTIFYING * xi,
    y: RECTIFYING * eta + 500_000 + zone * 1_000_000,
  }
}
