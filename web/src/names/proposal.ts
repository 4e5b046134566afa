// A proposal as it is typed: what is sent, and how the findings are arranged.
import type { Severity } from '../api/checks'
import type { Decision, NameClass, NameFinding, NameQuestion } from '../api/names'
import type { LonLat } from '../api/types'

export interface Draft {
  name: string
  /** by the generic term if empty */
  kind: NameClass | ''
  at: LonLat | null
  decisions: readonly Decision[]
}

const LONGEST = 100
const FREE = 5

/** What is asked of the server; null while there is nothing to ask. */
export function question(draft: Draft): NameQuestion | null {
  const name = draft.name.trim()
  if (name === '' || [...name].length > LONGEST) return null
  const decisions = draft.decisions.filter(whole)
  return {
    name,
    ...(draft.kind && { class: draft.kind }),
    ...(draft.at && { at: draft.at }),
    ...(decisions.length > 0 && { decisions }),
    free: FREE,
  }
}

/** Whether a decision says why and who. */
export const whole = ({ reason, by }: Decision): boolean => reason.trim() !== '' && by.trim() !== ''

const ORDER: readonly Severity[] = ['error', 'warning', 'note']

/** What must be put right first. */
export function arranged(findings: readonly NameFinding[]): NameFinding[] {
  return [...findings].sort((a, b) => ORDER.indexOf(a.severity) - ORDER.indexOf(b.severity) || a.rule.localeCompare(b.rule))
}

/** How a proposal stands: `bad` has errors, `ask` something to confirm, `good` neither. */
export function verdict(findings: readonly NameFinding[]): 'bad' | 'ask' | 'good' {
  if (findings.some(({ severity }) => severity === 'error')) return 'bad'
  return findings.some(({ severity }) => severity === 'warning') ? 'ask' : 'good'
}

/** The decisions with one more; one that takes the place of another of its rule. */
export function decided(all: readonly Decision[], next: Decision): Decision[] {
  return [...all.filter(({ rule }) => rule !== next.rule), next]
}
