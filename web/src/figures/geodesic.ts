// Length and area of what is being drawn, on the CGCS2000 ellipsoid, to be read while drawing; the legal
// figures of what is kept come from the server.
// Length: Vincenty's inverse formula (1975), below 1 mm; area: Green's theorem on the authalic sphere with
// sides straight in longitude and authalic latitude, within 1e-6 for sides up to some kilometres.
import type { LonLat } from '../api/types'

const A = 6378137
const F = 1 / 298.257222101
const B = A * (1 - F)
const E2 = F * (2 - F)
const E = Math.sqrt(E2)
const rad = (degrees: number) => (degrees * Math.PI) / 180

/** Metres between two places; NaN for nearly opposite ones. */
export function distanceM([lon1, lat1]: LonLat, [lon2, lat2]: LonLat): number {
  if (lon1 === lon2 && lat1 === lat2) return 0
  const l = rad(lon2 - lon1)
  const [u1, u2] = [Math.atan((1 - F) * Math.tan(rad(lat1))), Math.atan((1 - F) * Math.tan(rad(lat2)))]
  const [s1, c1, s2, c2] = [Math.sin(u1), Math.cos(u1), Math.sin(u2), Math.cos(u2)]
  let lambda = l
  for (let round = 0; round < 100; round += 1) {
    const sinSigma = Math.hypot(c2 * Math.sin(lambda), c1 * s2 - s1 * c2 * Math.cos(lambda))
    const cosSigma = s1 * s2 + c1 * c2 * Math.cos(lambda)
    const sigma = Math.atan2(sinSigma, cosSigma)
    const sinAlpha = (c1 * c2 * Math.sin(lambda)) / sinSigma
    const cos2Alpha = 1 - sinAlpha * sinAlpha
    const cosMiddle = cos2Alpha === 0 ? 0 : cosSigma - (2 * s1 * s2) / cos2Alpha
    const c = (F / 16) * cos2Alpha * (4 + F * (4 - 3 * cos2Alpha))
    const before = lambda
    lambda = l + (1 - c) * F * sinAlpha * (sigma + c * sinSigma * (cosMiddle + c * cosSigma * (2 * cosMiddle ** 2 - 1)))
    if (Math.abs(lambda - before) < 1e-12) {
      const square = (cos2Alpha * (A * A - B * B)) / (B * B)
      const a = 1 + (square / 16384) * (4096 + square * (-768 + square * (320 - 175 * square)))
      const b = (square / 1024) * (256 + square * (-128 + square * (74 - 47 * square)))
      const delta = b * sinSigma * (cosMiddle + (b / 4) * (cosSigma * (2 * cosMiddle ** 2 - 1) - (b / 6) * cosMiddle * (4 * sinSigma ** 2 - 3) * (4 * cosMiddle ** 2 - 3)))
      return B * a * (sigma - delta)
    }
  }
  return NaN
}

/** Metres along a path; `closed`: back to its first vertex. */
export function lengthM(path: readonly LonLat[], closed = false): number {
  const all = closed ? [...path, ...path.slice(0, 1)] : path
  return all.slice(1).reduce((sum, at, v) => sum + distanceM(all[v] ?? at, at), 0)
}

/** Sine of the authalic latitude times the authalic radius squared, up to the factor of Green's theorem. */
function authalic(lat: number): number {
  const s = Math.sin(rad(lat))
  return ((B * B) / 2) * (s / (1 - E2 * s * s) + Math.atanh(E * s) / E)
}

/** Square metres inside a ring without its closing vertex; never negative. */
export function ringM2(ring: readonly LonLat[]): number {
  let sum = 0
  ring.forEach(([lon, lat], v) => {
    const [nextLon, nextLat] = ring[(v + 1) % ring.length] ?? [lon, lat]
    sum += rad(nextLon - lon) * (authalic(lat) + 4 * authalic((lat + nextLat) / 2) + authalic(nextLat)) / 6
  })
  return Math.abs(sum)
}

/** Square metres of areas with holes. */
export function areaM2(parts: readonly (readonly (readonly LonLat[])[])[]): number {
  return parts.reduce((sum, [outer = [], ...holes]) => sum + ringM2(outer) - holes.reduce((less, hole) => less + ringM2(hole), 0), 0)
}
