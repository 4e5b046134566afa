// What findings are chosen by, as chips one can take away again, and as the server asks for it. Pure.
import type { Params } from '../../../api/client'
import type { CheckFinding, Severity } from '../../../api/checks'
import type { Box, LonLat } from '../../../api/types'

export const FACETS = ['severity', 'rule', 'kind', 'level', 'line', 'division'] as const
export type Facet = (typeof FACETS)[number]

/** Values of each facet; none: all. */
export type Chosen = Record<Facet, string[]>

export interface Chip {
  facet: Facet
  value: string
}

/** Facets of which there is one value at most. */
const SINGLE: readonly Facet[] = ['level', 'line', 'division']
export const SEVERITIES: readonly Severity[] = ['error', 'warning', 'note']

export const nothing = (): Chosen => ({ severity: [], rule: [], kind: [], level: [], line: [], division: [] })

export function chips(chosen: Chosen): Chip[] {
  return FACETS.flatMap((facet) => chosen[facet].map((value) => ({ facet, value })))
}

/** With one value more; of a facet with one value, that one instead. */
export function withChip(chosen: Chosen, { facet, value }: Chip): Chosen {
  const clean = value.trim()
  if (clean === '' || chosen[facet].includes(clean)) return chosen
  return { ...chosen, [facet]: SINGLE.includes(facet) ? [clean] : [...chosen[facet], clean] }
}

export function withoutChip(chosen: Chosen, { facet, value }: Chip): Chosen {
  return { ...chosen, [facet]: chosen[facet].filter((one) => one !== value) }
}

export function toggled(chosen: Chosen, chip: Chip): Chosen {
  return chosen[chip.facet].includes(chip.value) ? withoutChip(chosen, chip) : withChip(chosen, chip)
}

export function paramsOf(chosen: Chosen, asOf: string | null): Params {
  return { ...Object.fromEntries(FACETS.map((facet) => [facet, chosen[facet].join(',') || null])), as_of: asOf }
}

/** The next or previous in a list; the first where none is chosen; null at the ends. */
export function neighbour(findings: readonly CheckFinding[], id: string | null, step: 1 | -1): CheckFinding | null {
  if (id === null) return (step === 1 ? findings[0] : findings.at(-1)) ?? null
  const at = findings.findIndex((one) => one.id === id)
  return at < 0 ? (findings[0] ?? null) : (findings[at + step] ?? null)
}

/** Half a side of the smallest window shown, degrees: some 30 m. */
const LEAST = 0.0003

/** The window in which a finding is to be looked at; null where it has no place. */
export function windowOf(bbox: Box | null, at: LonLat | null): Box | null {
  const box: Box | null = bbox ?? (at ? [at[0], at[1], at[0], at[1]] : null)
  if (!box) return null
  const [west, south, east, north] = box
  const x = Math.max((east - west) * 0.15, LEAST - (east - west) / 2, 0)
  const y = Math.max((north - south) * 0.15, LEAST - (north - south) / 2, 0)
  return [west - x, south - y, east + x, north + y]
}

/** m² with the digits that say something; small ones with two decimals. */
export function squareMetres(value: number): string {
  const digits = Math.abs(value) < 10 ? 2 : Math.abs(value) < 1000 ? 1 : 0
  return value.toLocaleString('en-US', { minimumFractionDigits: digits, maximumFractionDigits: digits })
}

/** The same with its sign; what rounds to nothing is nothing. */
export function difference(value: number): string {
  if (Math.abs(value) < 0.005) return '0'
  return (value > 0 ? '+' : '−') + squareMetres(Math.abs(value))
}
