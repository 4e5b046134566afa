// Two alignments leg by leg: the one that is written down against the one that the map gives. Pure.
import type { Leg } from '../api/lines'

export interface LegPair {
  stored: Leg | null
  drawn: Leg | null
  /** what differs where both are there */
  differs: ('to' | 'feature' | 'direction' | 'distance')[]
}

/** Lengths may differ by so many parts of a hundred, and always by a metre. */
const PERCENT = 5
const METRE = 1

/** A marker is named by its full number, by its serial, or as 号界桩: what counts is the digits at the end. */
function place(name: string): string {
  const digits = /(\d+)[A-EQ]?(?:号)?(?:界桩)?$/u.exec(name.trim())?.[1]
  return digits ? digits.slice(-3).replace(/^0+/, '') : name.trim()
}

function same(a: Leg, b: Leg): LegPair['differs'] {
  const apart = a.distance_m !== null && b.distance_m !== null && Math.abs(a.distance_m - b.distance_m) > Math.max(METRE, (Math.abs(b.distance_m) * PERCENT) / 100)
  return [
    ...(a.to && b.to && place(a.to) !== place(b.to) ? (['to'] as const) : []),
    ...(a.feature && b.feature && (a.feature !== b.feature || (a.feature_name && b.feature_name && a.feature_name !== b.feature_name)) ? (['feature'] as const) : []),
    ...(a.direction && b.direction && a.direction !== b.direction ? (['direction'] as const) : []),
    ...(apart ? (['distance'] as const) : []),
  ]
}

/** Legs beside each other: the same places stand in one row, what has no fellow stands alone (longest common order). */
export function besideEachOther(stored: readonly Leg[], drawn: readonly Leg[]): LegPair[] {
  const alike = (a: Leg, b: Leg) => (a.to || b.to ? place(a.to) === place(b.to) : a.direction === b.direction)
  const best: number[][] = Array.from({ length: stored.length + 1 }, () => new Array<number>(drawn.length + 1).fill(0))
  const at = (i: number, j: number) => best[i]?.[j] ?? 0
  for (let i = stored.length - 1; i >= 0; i -= 1) {
    for (let j = drawn.length - 1; j >= 0; j -= 1) {
      const [a, b, row] = [stored[i], drawn[j], best[i]]
      if (a && b && row) row[j] = alike(a, b) ? at(i + 1, j + 1) + 1 : Math.max(at(i + 1, j), at(i, j + 1))
    }
  }
  const pairs: LegPair[] = []
  let [i, j] = [0, 0]
  while (i < stored.length || j < drawn.length) {
    const [a, b] = [stored[i] ?? null, drawn[j] ?? null]
    if (a && b && alike(a, b)) {
      pairs.push({ stored: a, drawn: b, differs: same(a, b) })
      i += 1
      j += 1
    } else if (a && (!b || at(i + 1, j) >= at(i, j + 1))) {
      pairs.push({ stored: a, drawn: null, differs: [] })
      i += 1
    } else {
      pairs.push({ stored: null, drawn: b, differs: [] })
      j += 1
    }
  }
  return pairs
}
