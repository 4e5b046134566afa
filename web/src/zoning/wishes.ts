// What planners will not have parted, joined or moved, as it is gathered: compounds by name. Pure.
import type { Wishes } from '../api/zoning'

export type WishKind = 'together' | 'apart' | 'locked'
export const WISHES: readonly WishKind[] = ['together', 'apart', 'locked']

/** A compound: its id, and what it is called. */
export interface Named {
  id: string
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
export const enough = ({ kind, compounds }: Wish): boolean => compounds.length >= (kind === 'locked' ? 1 : 2)

/** As the server takes them; what says nothing yet is left out. Null where nothing is wished. */
export function asWishes(all: readonly Wish[]): Wishes | null {
  const whole = all.filter(enough)
  const groups = (kind: WishKind) => whole.filter((wish) => wish.kind === kind).map(({ compounds }) => compounds.map(({ id }) => id))
  const locked = [...new Set(groups('locked').flat())]
  return whole.length === 0 ? null : { together: groups('together'), apart: groups('apart'), locked }
}

/** Back from what the server was asked; `nameOf` knows what a compound is called. */
export function fromWishes({ together, apart, locked }: Wishes, nameOf: (id: string) => string): Wish[] {
  const wish = (kind: WishKind) => (ids: readonly string[]): Wish => ({ kind, compounds: ids.map((id) => ({ id, name: nameOf(id) })) })
  return [...together.map(wish('together')), ...apart.map(wish('apart')), ...(locked.length > 0 ? [wish('locked')(locked)] : [])]
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
