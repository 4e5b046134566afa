// The homes of the register as dots: within reach, beyond it, or otherwise than before. Pure.
import type { CoveredHomes, Homes } from '../api/access'

export type Dot = 'in' | 'out' | 'gained' | 'lost'

/** What stands for each home; nothing where the answer is about other homes. */
export function dotsOf(homes: Homes, covered: CoveredHomes): Dot[] {
  if (covered.covered.length !== homes.n) return []
  return Array.from({ length: homes.n }, (_, home): Dot => {
    const now = covered.covered[home] === '1'
    const was = covered.was === null || covered.was.length !== homes.n ? now : covered.was[home] === '1'
    if (now) return was ? 'in' : 'gained'
    return was ? 'lost' : 'out'
  })
}

export interface Tally {
  homes: number
  households: number
  elders: number
}
export function tallied(homes: Homes, dots: readonly Dot[], dot: Dot): Tally {
  const sum: Tally = { homes: 0, households: 0, elders: 0 }
  for (const [home, one] of dots.entries()) {
    if (one !== dot) continue
    sum.homes += 1
    sum.households += homes.households[home] ?? 0
    sum.elders += homes.elders[home] ?? 0
  }
  return sum
}

/** What a home is called: its compound, else its community. */
export function nameOf(homes: Homes, home: number): string {
  const compound = homes.compounds[homes.compound[home] ?? -1]?.name
  return compound || (homes.communities[homes.community[home] ?? -1]?.name ?? '')
}
