// What a paste, a fill or a bulk set would change, before anything is changed. Pure.
import type { CodeLists, FieldDef, Geometry, Json } from '../api/types'
import { GEOMETRY, asGeometry, sameGeometry } from '../desk/geometry'
import { isWritable, readCell, type Misread } from './read'

export interface Row {
  id: string
  values: Record<string, Json>
  geometry?: Geometry | null
  /** what a change of it names */
  etag?: string
}

export interface CellChange {
  id: string
  name: string
  before: Json
  after: Json
}

export interface Unfit {
  id: string
  name: string
  text: string
  why: Misread
}

/** A row that a block adds below the last one. */
export interface AddedRow {
  id: string
  values: Record<string, Json>
  /** required fields that it lacks: it cannot be added before they are there */
  lacks: string[]
}

export interface Plan {
  changes: CellChange[]
  added: AddedRow[]
  /** cells whose text does not fit their field; they stay as they are */
  unfit: Unfit[]
  /** rows and columns of the block that lie outside the table */
  beyond: { rows: number; columns: number }
}

/** One record with what was seen of it and what it is to be. */
export interface RecordEdit {
  layer: string
  id: string
  base: Record<string, Json>
  mine: Record<string, Json>
  /** the tag of what was seen, where it is known */
  etag?: string
}

const emptyPlan = (): Plan => ({ changes: [], added: [], unfit: [], beyond: { rows: 0, columns: 0 } })

/** Equal as the register sees it: nothing and empty text are the same. */
export function sameValue(a: Json | undefined, b: Json | undefined): boolean {
  const plain = (value: Json | undefined) => (value === undefined || value === '' ? null : value)
  return JSON.stringify(plain(a)) === JSON.stringify(plain(b))
}

function put(plan: Plan, row: Row, field: FieldDef, after: Json): void {
  const before = row.values[field.name] ?? null
  if (!sameValue(before, after)) plan.changes.push({ id: row.id, name: field.name, before, after })
}

/**
 * A block laid onto the table from a cell on. `rows` and `fields` begin with that cell; where the range
 * chosen is larger than a block of one cell or one row, the block is repeated, as in a spreadsheet.
 */
export function planPaste(block: readonly string[][], rows: readonly Row[], fields: readonly FieldDef[], lists: CodeLists, range = { rows: 1, columns: 1 }): Plan {
  const plan = emptyPlan()
  const wide = Math.max(0, ...block.map((line) => line.length))
  if (wide === 0) return plan
  const tall = block.length === 1 || range.rows % block.length === 0 ? Math.max(block.length, range.rows) : block.length
  const broad = wide === 1 || range.columns % wide === 0 ? Math.max(wide, range.columns) : wide
  plan.beyond = { rows: Math.max(0, tall - rows.length), columns: Math.max(0, broad - fields.length) }
  rows.slice(0, tall).forEach((row, down) => {
    const line = block[down % block.length] ?? []
    fields.slice(0, broad).forEach((field, across) => {
      const text = line[across % wide]
      if (text === undefined) return
      const read = readCell(text, field, lists)
      if ('value' in read) put(plan, row, field, read.value)
      else if (read.misread !== 'fixed' || text.trim() !== '') plan.unfit.push({ id: row.id, name: field.name, text, why: read.misread })
    })
  })
  return plan
}

/**
 * Rows of a block that lie below the last row of the table, as new records: from `from` on, each with an id of its
 * own. `layer` are all fields of the layer: one that must be there and is not among those pasted is lacking. `given`
 * is what the list shows only records with, such as one kind: the new ones are of it where the block does not say.
 */
export function planAdded(block: readonly string[][], from: number, fields: readonly FieldDef[], layer: readonly FieldDef[], lists: CodeLists, freshId: () => string, given: Record<string, Json> = {}): Pick<Plan, 'added' | 'unfit'> {
  const plan: Pick<Plan, 'added' | 'unfit'> = { added: [], unfit: [] }
  for (const line of block.slice(from)) {
    if (line.every((text) => text.trim() === '')) continue
    const id = freshId()
    const values: Record<string, Json> = { ...given }
    fields.slice(0, line.length).forEach((field, across) => {
      const text = line[across] ?? ''
      if (text.trim() === '') return
      const read = readCell(text, field, lists)
      if ('value' in read) values[field.name] = read.value
      else plan.unfit.push({ id, name: field.name, text, why: read.misread })
    })
    const lacks = layer.filter(({ name, required }) => required && (values[name] ?? null) === null).map(({ name }) => name)
    plan.added.push({ id, values, lacks })
  }
  return plan
}

/** The first row's values carried down to the others. */
export function planFillDown(rows: readonly Row[], fields: readonly FieldDef[]): Plan {
  const plan = emptyPlan()
  const [first, ...others] = rows
  if (!first) return plan
  for (const row of others) {
    for (const field of fields) if (isWritable(field)) put(plan, row, field, first.values[field.name] ?? null)
  }
  return plan
}

/** One column set to one value. */
export function planSet(rows: readonly Row[], fields: readonly FieldDef[], value: Json): Plan {
  const plan = emptyPlan()
  for (const row of rows) {
    for (const field of fields) {
      if (!isWritable(field)) continue
      if (value === null && field.required) plan.unfit.push({ id: row.id, name: field.name, text: '', why: 'required' })
      else put(plan, row, field, value)
    }
  }
  return plan
}

/** The changes record by record, with the tags of the rows they were planned on. */
export function byRecord(layer: string, changes: readonly CellChange[], rows?: ReadonlyMap<string, Row>): RecordEdit[] {
  const edits = new Map<string, RecordEdit>()
  for (const { id, name, before, after } of changes) {
    const etag = rows?.get(id)?.etag
    const edit = edits.get(id) ?? { layer, id, base: {}, mine: {}, ...(etag && { etag }) }
    if (!(name in edit.base)) edit.base[name] = before
    edit.mine[name] = after
    edits.set(id, edit)
  }
  return [...edits.values()]
}

export interface Clash {
  name: string
  base: Json
  theirs: Json
  mine: Json
}

/** Equal as the register sees it, the geometry among the values too. */
const alike = (name: string, a: Json, b: Json): boolean => (name === GEOMETRY ? sameGeometry(asGeometry(a), asGeometry(b)) : sameValue(a, b))

/** The fields that another person changed otherwise since we read them, and the geometry if it was. */
export function clashes(edit: RecordEdit, now: Record<string, Json>): Clash[] {
  return Object.entries(edit.mine).flatMap(([name, mine]) => {
    const base = edit.base[name] ?? null
    const theirs = now[name] ?? null
    return alike(name, theirs, base) || alike(name, theirs, mine) ? [] : [{ name, base, theirs, mine }]
  })
}
