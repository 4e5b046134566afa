// Sums over the counts of a change set.
import type { LogEntry, Op } from '../api/types'

export const OPS: readonly Op[] = ['insert', 'update', 'delete']

export function totals(counts: LogEntry['counts']): number {
  return Object.values(counts).reduce((sum, ops) => sum + OPS.reduce((part, op) => part + (ops[op] ?? 0), 0), 0)
}

/** Rows of the table of counts: a layer and its three numbers. */
export function countRows(counts: LogEntry['counts']): { layer: string; numbers: number[] }[] {
  return Object.entries(counts).map(([layer, ops]) => ({ layer, numbers: OPS.map((op) => ops[op] ?? 0) }))
}
