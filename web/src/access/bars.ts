// Shares as bars, and communities as shades. Pure.
import type { Figures, Part, Unit, UnitFigure } from '../api/access'

export interface Bar {
  id: string
  name: string
  share: number | null
  /** the share without the changes that are tried */
  before: number | null
  covered: number
  of: number
}

/** Units as bars, those that lack most first; those without households last. */
export function barsOf(units: readonly Unit[], figure: UnitFigure = 'households'): Bar[] {
  return units.map((unit): Bar => ({ id: unit.code, name: unit.name, share: unit[figure].share, before: figure === 'households' ? unit.before : null, covered: unit[figure].covered, of: unit[figure].of })).sort(byShare)
}
/** The figure of a unit that answers to one of the whole. */
export const unitFigure = (figure: keyof Figures): UnitFigure => (figure === 'elders' || figure === 'residents' ? figure : 'households')
export function byShare(a: Bar, b: Bar): number {
  return (a.share ?? 2) - (b.share ?? 2) || b.of - a.of || a.id.localeCompare(b.id)
}

/** A share as a percentage with one decimal; never 100 % where something is missing, nor 0 % where something is there. */
export function percent(share: number | null): string {
  if (share === null) return '—'
  const rounded = Math.round(share * 1000) / 10
  if (share < 1 && rounded >= 100) return '99.9\u00a0%'
  if (share > 0 && rounded <= 0) return '0.1\u00a0%'
  return `${rounded.toFixed(1)}\u00a0%`
}

/** The difference of two shares in points, with its sign; empty where it does not show. */
export function points(now: number | null, before: number | null): string {
  if (now === null || before === null) return ''
  const difference = Math.round((now - before) * 1000) / 10
  return difference === 0 ? '' : `${difference > 0 ? '+' : '−'}${Math.abs(difference).toFixed(1)}`
}

/** How many more have to be within reach for a share. */
export function lacking({ covered, of }: Part, share: number): number {
  return Math.max(0, Math.ceil(share * of - covered - 1e-9))
}

/** From which share on a community has which shade, the palest (nothing lacking) last. */
export const SHADES: readonly number[] = [0, 0.6, 0.8, 0.95]
export function shadeOf(share: number | null): number | null {
  if (share === null) return null
  return SHADES.reduce((best, from, at) => (share >= from ? at : best), 0)
}
