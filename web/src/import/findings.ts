// The findings of a trial in groups that a person can work through: gravest first, one group per rule; each
// thing said of a file as a whole by itself. Pure.
import type { ImportFinding } from '../api/imports'
import type { LonLat } from '../api/types'

export type Severity = 'error' | 'warning' | 'note'
const WEIGHT: readonly string[] = ['error', 'warning', 'note']

export interface FindingGroup {
  key: string
  rule: string
  severity: Severity
  /** rows concerned, also those that are not listed */
  count: number
  findings: ImportFinding[]
}

export const severityOf = (finding: ImportFinding): Severity =>
  WEIGHT.includes(finding.severity) ? (finding.severity as Severity) : 'note'

export function grouped(findings: readonly ImportFinding[]): FindingGroup[] {
  const groups = new Map<string, FindingGroup>()
  for (const finding of findings) {
    const severity = severityOf(finding)
    // what is said of a file as a whole is a thing by itself
    const key = rowsOf(finding).length > 0 ? `${severity} ${finding.rule}` : `${severity} ${finding.rule} ${finding.what.zh}`
    const group = groups.get(key) ?? { key, rule: finding.rule, severity, count: 0, findings: [] }
    group.count += finding.count ?? 1
    group.findings.push(finding)
    groups.set(key, group)
  }
  return [...groups.values()].sort((a, b) => WEIGHT.indexOf(a.severity) - WEIGHT.indexOf(b.severity) || b.count - a.count)
}

/** Where a finding is on the map. */
export function placeOf(finding: ImportFinding): LonLat | null {
  const at = finding.at ?? (finding.spot as { at?: LonLat | null }).at ?? null
  return at && at.every((part) => Number.isFinite(part)) ? at : null
}

/** The rows a finding names. */
export function rowsOf(finding: ImportFinding): number[] {
  if (finding.rows && finding.rows.length > 0) return finding.rows
  return finding.spot.row ? [finding.spot.row] : []
}
