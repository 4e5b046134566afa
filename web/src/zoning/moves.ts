// Who moves: households that would have another community than today, from where to where. Pure.
import type { Assignment, Unit, Zone } from '../api/zoning'

/** Households that go from one community to one zone, and the units they live in. */
export interface Flow {
  /** number of the community among those of the plan */
  from: number
  zone: number
  households: number
  units: number[]
}

export interface Moves {
  /** the largest first */
  flows: Flow[]
  /** households that move, by unit */
  of: ReadonlyMap<number, number>
  households: number
  /** households of all units with a zone, those that stay with them */
  all: number
}

/**
 * By the shares of units in communities. A zone that continues a community keeps its households; all others move.
 * Communities without households in it count as nothing; a unit without a zone is not spoken of.
 */
export function moves(units: readonly Pick<Unit, 'shares'>[], assignment: Assignment, zones: readonly Pick<Zone, 'zone' | 'continues'>[], communities: readonly { code: string }[]): Moves {
  const heir = new Map(zones.map(({ zone, continues }) => [zone, continues === null ? -1 : communities.findIndex(({ code }) => code === continues)]))
  const flows = new Map<string, Flow>()
  const of = new Map<number, number>()
  let [households, all] = [0, 0]
  for (const [unit, { shares }] of units.entries()) {
    const zone = assignment[unit] ?? null
    if (zone === null) continue
    for (const [from, count] of shares) {
      all += count
      if (count <= 0 || heir.get(zone) === from) continue
      households += count
      of.set(unit, (of.get(unit) ?? 0) + count)
      const key = `${String(from)} ${String(zone)}`
      const flow = flows.get(key)
      if (flow) {
        flow.households += count
        flow.units.push(unit)
      } else flows.set(key, { from, zone, households: count, units: [unit] })
    }
  }
  return { flows: [...flows.values()].sort((a, b) => b.households - a.households || a.from - b.from || a.zone - b.zone), of, households, all }
}

/** Borders between units of different communities: where limits are today. */
export const limitsOf = (present: Assignment, borders: readonly { a: number; b: number }[]): number[] =>
  borders.flatMap(({ a, b }, at) => ((present[a] ?? null) === (present[b] ?? null) ? [] : [at]))
