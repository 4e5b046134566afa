// A place as it is typed in the field: degrees, minutes and seconds, decimal degrees, or plane coordinates X, Y in a
// 3° zone (CGCS2000). The zone is never guessed: Y carries it as its first two digits. Pure.
import type { LonLat } from '../api/types'
import { readPlace } from '../figures/coordinates'
import { fromPlane } from '../figures/gauss'

export type Typed = { at: LonLat } | { wrong: 'form' | 'range' | 'zone' }

const NUMBER = /[-+]?\d+(?:\.\d+)?/g
const settled = (degrees: number) => Math.round(degrees * 1e9) / 1e9

/** Plane coordinates are two numbers of at least five digits before the point, or are called X and Y. */
export function readTyped(text: string): Typed {
  const plain = text.normalize('NFKC')
  const numbers = (plain.replace(/(\d),(?=\d{3}\b)/g, '$1').match(NUMBER) ?? []).map(Number)
  const [one = 0, two = 0] = numbers
  const isPlane = numbers.length === 2 && Math.abs(one) >= 10_000 && Math.abs(two) >= 10_000
  if (!isPlane) return readPlace(text)
  // X is the northing; whichever has a zone before it is Y
  const zoned = (value: number) => value >= 24_000_000 && value < 47_000_000
  if (zoned(one) === zoned(two)) return { wrong: 'zone' }
  const [x, y] = zoned(two) ? [one, two] : [two, one]
  const at = fromPlane(x, y)
  return at ? { at: [settled(at[0]), settled(at[1])] } : { wrong: 'range' }
}
