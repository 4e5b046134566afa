// What a renaming touches, arranged for the desk. Pure.
import type { Impact, Touch } from '../api/names'

/** In the order in which an office goes through them. */
export const TOUCHES: readonly Touch[] = ['own', 'sign', 'plate', 'address', 'division', 'derived', 'text']
/** so many are listed at first, and at each wish for more */
export const SHOWN = 100

export const byTouch = (impact: Pick<Impact, 'counts'> | null): [Touch, number][] =>
  TOUCHES.flatMap((touch): [Touch, number][] => (impact?.counts[touch] ? [[touch, impact.counts[touch]]] : []))
