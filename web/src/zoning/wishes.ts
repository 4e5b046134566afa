// What planners will not have parted, joined or moved, as it is gathered: compounds by name. Pure.
import type { Wishes } from '../api/zoning'

export type WishKind = 'together' | 'apart' | 'locked' | 'exclusive' | 'ordinary'
/** What is asked of communities. */
export const WISHES: readonly WishKind[] = ['together', 'apart', 'locked']
/** What is asked of grids: sites that are one by themselves whatever they are, and sites that are not. */
export const GRID_WISHES: readonly WishKind[] = ['together', 'apart', 'exclusive', 'ordinary']
const LISTS: readonly WishKind[] = ['locked', 'exclusive', 'ordinary']
/** Whether a wish is a plain list, of which there is one; the others are groups. */
export const isList = (kind: WishKind): boolean => LISTS.includes(kind)
/** Whether areas (用地) may be named beside compounds. */
export const takesAreas = (kind: WishKind): boolean => kind === 'exclusive' || kind === 'ordinary'
export type SiteLayer = 'compound' | 'closed_or_green_area'

/** A compound (or an area): its id, and what it is called. */
export interface Named {
  id: string
  layer?: SiteLayer
  name: string
}
export interface Wish {
  kind: WishKind
  compounds: readonly Named[]
}

/** A wish with a compound more; the same list where it is in it. */
export function withCompound(all: readonly Wish[], at: number, compound: Named): Wish[] {
  return all.map((wish, own) => (own !== at || wish.compounds.some(({ id }) => id === compound.id) ? wish : { ...wish, compounds: [...wish.compounds, compound] }))
}
/** Without one; a wish without any is gone. */
export function withoutCompound(all: readonly Wish[], at: number, id: string): Wish[] {
  return all.map((wish, own) => (own === at ? { ...wish, compounds: wish.compounds.filter((one) => one.id !== id) } : wish)).filter(({ compounds }) => compounds.length > 0)
}

/** How many a wish needs to say anything. */
export const enough = ({ kind, compounds }: Wish): boolean => compounds.length >= (isList(kind) ? 1 : 2)

/** As the server takes them; what says nothing yet is left out. Null where nothing is wished. */
export function asWishes(all: readonly Wish[]): Wishes | null {
  const whole = all.filter(enough)
  const groups = (kind: WishKind) => whole.filter((wish) => wish.kind === kind).map(({ compounds }) => compounds.map(({ id }) => id))
  const list = (kind: WishKind) => [...new Set(groups(kind).flat())]
  return whole.length === 0 ? null : { together: groups('together'), apart: groups('apart'), locked: list('locked'), exclusive: list('exclusive'), ordinary: list('ordinary') }
}

/** Back from what the server was asked; `known` knows what a compound or an area is called. */
export function fromWishes({ together, apart, locked, exclusive = [], ordinary = [] }: Wishes, known: (id: string) => Named): Wish[] {
  const wish = (kind: WishKind) => (ids: readonly string[]): Wish => ({ kind, compounds: ids.map(known) })
  const list = (kind: WishKind, ids: readonly string[]) => (ids.length > 0 ? [wish(kind)(ids)] : [])
  return [...together.map(wish('together')), ...apart.map(wish('apart')), ...list('locked', locked), ...list('exclusive', exclusive), ...list('ordinary', ordinary)]
}

/** Two compounds that are asked to share a community, if only by way of others, and to share none; null where none are. */
export function clash(all: readonly Wish[]): [Named, Named] | null {
  const root = new Map<string, string>()
  const find = (id: string): string => {
    const up = root.get(id)
    return up === undefined || up === id ? id : find(up)
  }
  for (const { kind, compounds } of all) {
    const [first] = compounds
    if (kind === 'together' && first) for (const { id } of compounds) root.set(find(id), find(first.id))
  }
  for (const { kind, compounds } of all) {
    if (kind !== 'apart') continue
    for (const [at, one] of compounds.entries()) {
      const other = compounds.slice(at + 1).find(({ id }) => find(id) === find(one.id))
      if (other) return [one, other]
    }
  }
  return null
}
