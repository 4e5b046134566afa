// The audit of communities: what each lacks, in the words of the desk, sorted, filtered, and how it is shaded. Pure.
import type { CheckFinding } from '../api/checks'
import type { ScopeCommunity, ScopeStreet } from '../api/zoning'

/** What may be wrong with a community: the rules, but that households are told apart into too many and too few. */
export type Fault = 'large' | 'small' | 'area' | 'premises' | 'gap' | 'enclave' | 'cut' | 'roads' | 'grids' | 'decision' | 'codes'
export const FAULTS: readonly Fault[] = ['large', 'small', 'area', 'premises', 'gap', 'enclave', 'cut', 'roads', 'grids', 'decision', 'codes']
const OF_RULE: Readonly<Record<string, Fault>> = { C02: 'area', C03: 'premises', C04: 'gap', C05: 'enclave', C06: 'cut', C07: 'roads', C08: 'grids', C09: 'decision', C10: 'codes' }
export const RULES = ['C01', ...Object.keys(OF_RULE)] as const
/** Faults that have a place of their own, other than the community itself. */
export const PLACED: readonly Fault[] = ['gap', 'enclave', 'cut']

/** The band that the check of households holds communities against. */
export interface Band {
  least: number
  most: number
}

export interface Row extends ScopeCommunity {
  street: { code: string; name: string }
  faults: Fault[]
  /** square metres of premises to a hundred households */
  per100: number | null
}

export function faultOf(rule: string, households: number | null, band: Band | null): Fault | null {
  if (rule !== 'C01') return OF_RULE[rule] ?? null
  return households !== null && band !== null && households > band.most ? 'large' : 'small'
}

const inOrder = (faults: Iterable<Fault>): Fault[] => {
  const known = new Set(faults)
  return FAULTS.filter((fault) => known.has(fault))
}

export function rowsOf(streets: readonly ScopeStreet[], band: Band | null): Row[] {
  return streets.flatMap(({ code, name, communities }) => communities.map((one) => ({
    ...one,
    street: { code, name },
    faults: inOrder(one.findings.flatMap((rule) => faultOf(rule, one.households, band) ?? [])),
    per100: one.premises_m2 === null || !one.households ? null : (one.premises_m2 * 100) / one.households,
  })))
}

/** How many communities have each fault, those of a street with none of its communities among them counted by street. */
export function countsOf(rows: readonly Row[], streets: readonly ScopeStreet[]): Map<Fault, number> {
  const counts = new Map<Fault, number>()
  const count = (fault: Fault) => counts.set(fault, (counts.get(fault) ?? 0) + 1)
  for (const { faults } of rows) faults.forEach(count)
  for (const { code, findings } of streets) {
    const own = rows.filter(({ street }) => street.code === code)
    for (const fault of inOrder(findings.flatMap((rule) => faultOf(rule, null, null) ?? []))) {
      if (!own.some(({ faults }) => faults.includes(fault))) count(fault)
    }
  }
  return new Map(FAULTS.flatMap((fault) => (counts.has(fault) ? [[fault, counts.get(fault) ?? 0] as const] : [])))
}

export type Column = 'street' | 'name' | 'households' | 'area_km2' | 'premises_m2' | 'per100' | 'faults'
const collator = new Intl.Collator('zh-CN')
function compare(a: Row, b: Row, by: Column): number {
  if (by === 'street') return a.street.code.localeCompare(b.street.code)
  if (by === 'name') return collator.compare(a.name, b.name)
  if (by === 'faults') return a.faults.length - b.faults.length
  return (a[by] ?? -1) - (b[by] ?? -1)
}
export function sorted(rows: readonly Row[], by: Column, down: boolean): Row[] {
  return [...rows].sort((a, b) => (down ? compare(b, a, by) : compare(a, b, by)) || a.code.localeCompare(b.code))
}

/** Those with one of the faults; with any fault where none is named and only these are wanted. */
export function chosenOf(rows: readonly Row[], faults: readonly Fault[], onlyFaulty: boolean): Row[] {
  if (faults.length > 0) return rows.filter((row) => row.faults.some((fault) => faults.includes(fault)))
  return onlyFaulty ? rows.filter((row) => row.faults.length > 0) : [...rows]
}

/** Households round the band: -2 far below to 2 far above, 0 within; null where they are not known. */
export function shadeOf(households: number | null, { least, most }: Band): -2 | -1 | 0 | 1 | 2 | null {
  if (households === null) return null
  if (households < least) return households < least * 0.75 ? -2 : -1
  if (households > most) return households > most * 1.25 ? 2 : 1
  return 0
}

/** What stands on the map at one place: the faults of a community together, those with a place of their own there. */
export interface Mark {
  at: [number, number]
  faults: Fault[]
  code: string | null
  name: string | null
}
export function marksOf(findings: readonly CheckFinding[], rows: readonly Row[], faults: readonly Fault[], band: Band | null): Mark[] {
  const households = new Map(rows.map((row) => [row.code, row.households]))
  const marks = new Map<string, Mark>()
  for (const { rule, code, name, at } of findings) {
    const fault = faultOf(rule, households.get(code ?? '') ?? null, band)
    if (!at || !fault || (faults.length > 0 && !faults.includes(fault))) continue
    const key = PLACED.includes(fault) ? at.join() : (code ?? at.join())
    const known = marks.get(key)
    if (known) known.faults = inOrder([...known.faults, fault])
    else marks.set(key, { at, faults: [fault], code, name })
  }
  return [...marks.values()]
}
