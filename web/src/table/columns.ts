// Which columns a layer's table shows, and in which order; remembered per layer.
import type { FieldDef, LayerInfo } from '../api/types'
import { tellingFields } from '../panels/facts'

export interface Column {
  name: string
  shown: boolean
}

const FEW = 8
const LAST = ['valid_from', 'valid_to', 'source', 'secrecy', 'remarks']

type Layer = Pick<LayerInfo, 'name' | 'fields' | 'label_field'>

/** Name and code first, then what people come for and what must be there, the rest, and what all layers have. */
export function usualColumns(layer: Layer): Column[] {
  const telling = tellingFields(layer.name)
  const rank = (field: FieldDef): number => {
    if (field.name === layer.label_field) return 0
    if (field.name === 'code') return 1
    if (telling.includes(field.name)) return 2 + telling.indexOf(field.name) / 100
    if (LAST.includes(field.name)) return 5
    return field.required ? 3 : 4
  }
  const ordered = [...layer.fields].sort((a, b) => rank(a) - rank(b))
  return ordered.map((field, at) => ({ name: field.name, shown: at < FEW || rank(field) <= 3 }))
}

/** What was remembered, brought in line with the fields there are: unknown ones go, new ones come last. */
export function settledColumns(layer: Layer, kept: unknown): Column[] {
  const usual = usualColumns(layer)
  if (!Array.isArray(kept)) return usual
  const known = new Set(usual.map(({ name }) => name))
  const columns: Column[] = []
  for (const one of kept as unknown[]) {
    const { name, shown } = (one ?? {}) as Partial<Column>
    if (typeof name !== 'string' || !known.delete(name)) continue
    columns.push({ name, shown: shown === true })
  }
  columns.push(...usual.filter(({ name }) => known.has(name)).map(({ name }) => ({ name, shown: false })))
  return columns.some(({ shown }) => shown) ? columns : usual
}

/** A column moved by so many places. */
export function moved(columns: readonly Column[], name: string, by: number): Column[] {
  const from = columns.findIndex((column) => column.name === name)
  const next = [...columns]
  const [one] = next.splice(from, 1)
  if (from < 0 || !one) return [...columns]
  next.splice(Math.min(Math.max(from + by, 0), next.length), 0, one)
  return next
}

/** A column shown or hidden; the last one shown stays. */
export function toggled(columns: readonly Column[], name: string): Column[] {
  const next = columns.map((column) => (column.name === name ? { ...column, shown: !column.shown } : column))
  return next.some(({ shown }) => shown) ? next : [...columns]
}

/** How wide a column is drawn, pixels. */
export function widthOf(field: FieldDef): number {
  if (field.kind === 'int' || field.kind === 'real') return 112
  if (field.kind === 'date') return 112
  if (field.kind === 'bool') return 84
  if (field.list) return 112
  if (/address|remarks|text|document/.test(field.name)) return 240
  return field.name === 'code' || field.name.endsWith('_code') ? 150 : 136
}

const keyOf = (layer: string) => `boundstone.columns.${layer}`

export function readColumns(layer: LayerInfo): Column[] {
  try {
    return settledColumns(layer, JSON.parse(localStorage.getItem(keyOf(layer.name)) ?? 'null'))
  } catch {
    return usualColumns(layer)
  }
}

export function keepColumns(layer: string, columns: readonly Column[] | null): void {
  try {
    if (columns) localStorage.setItem(keyOf(layer), JSON.stringify(columns))
    else localStorage.removeItem(keyOf(layer))
  } catch {
    // storage switched off: nothing is kept
  }
}
