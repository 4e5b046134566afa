// The list of lines: which are shown, in which order. Pure.
import type { Due, LineRow } from '../api/lines'

export type Order = 'code' | 'due' | 'findings' | 'length'

const NEAR: readonly Due[] = ['overdue', 'urge', 'remind', 'notice']

/** Whether the next inspection is near enough to be said aloud. */
export const isNear = (due: Due | null): boolean => due !== null && NEAR.includes(due)

export const findingCount = ({ findings }: LineRow): number => findings.errors + findings.warnings

/** The lines of a level whose name, code or side has the words in it. */
export function matching(all: readonly LineRow[], level: string, words: string): LineRow[] {
  const wanted = words.trim().toLowerCase().split(/\s+/).filter(Boolean)
  return all.filter((line) => {
    if (level && line.level !== level) return false
    const text = [line.name, line.code, ...line.parties, ...line.party_codes].filter(Boolean).join(' ').toLowerCase()
    return wanted.every((word) => text.includes(word))
  })
}

/** In the order asked for; `code` is the order in which the server gives them. */
export function inOrder(all: readonly LineRow[], order: Order): LineRow[] {
  const last = '9999'
  const by: Record<Order, (a: LineRow, b: LineRow) => number> = {
    code: () => 0,
    due: (a, b) => (a.next_inspection ?? last).localeCompare(b.next_inspection ?? last),
    findings: (a, b) => b.findings.errors - a.findings.errors || findingCount(b) - findingCount(a),
    length: (a, b) => (b.length_m ?? 0) - (a.length_m ?? 0),
  }
  return [...all].sort(by[order])
}

/** The levels that there are, each with how many. */
export function levelsOf(all: readonly LineRow[]): [level: string, count: number][] {
  const counts = new Map<string, number>()
  for (const { level } of all) if (level) counts.set(level, (counts.get(level) ?? 0) + 1)
  return [...counts]
}
