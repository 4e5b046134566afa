// Changing cells: one at once, many after a look at what would change; each as one change set.
import { computed, ref, shallowRef } from 'vue'
import { api, Problem } from '../../api/client'
import type { FieldDef, Json, OneChange } from '../../api/types'
import type { Language } from '../../figures/format'
import { ElMessage } from '../../look/element'
import { useDesk } from '../../state/desk'
import { useRegister } from '../../state/register'
import { useView } from '../../state/view'
import { byRecord, planAdded, planFillDown, planPaste, planSet, type Plan, type RecordEdit, type Row } from '../../table/plan'
import { freshId } from '../../table/id'
import { isWritable, readCell, writeCell } from '../../table/read'
import { parseTsv, writeTsv } from '../../table/tsv'
import { useText } from '../../text'
import { useSmall } from './useSmall'
import type { Table } from './useTable'

const MOST_COPIED = 10_000

export interface Preview {
  what: string
  plan: Plan
  rows: Map<string, Row>
}

export function useEdits(table: Table) {
  const desk = useDesk()
  const register = useRegister()
  const view = useView()
  const { t, title, locale } = useText()
  const small = useSmall()
  const preview = shallowRef<Preview | null>(null)
  const problem = shallowRef<Problem | null>(null)
  const setting = ref(false)
  const deleting = shallowRef<Row[] | null>(null)
  const adding = ref(false)

  /** Why nothing may be changed here; empty where it may. */
  const barred = computed(() => {
    if (register.info?.read_only) return t('line.readOnlyWhy')
    if (view.asOf) return t('table.pastWhy')
    return small.value ? t('table.phone') : ''
  })

  function allowed(): boolean {
    if (barred.value) ElMessage.warning({ message: barred.value, offset: 60, grouping: true })
    return barred.value === ''
  }

  async function commit(edits: RecordEdit[], what: string, added: readonly OneChange[] = []): Promise<boolean> {
    try {
      const answer = await desk.commit(edits, what, added)
      if (!answer) return false
      for (const { id, mine } of answer.saved) table.rows.put(id, mine)
      ElMessage.success({ message: t('desk.saved', { revision: answer.revision }), offset: 60, grouping: true })
      return true
    } catch (cause) {
      problem.value = cause instanceof Problem ? cause : new Problem(0, { detail: String(cause) })
      if (!preview.value) {
        const [finding] = problem.value.body.findings ?? []
        ElMessage.error({ message: t('desk.failed', { why: title(finding?.what ?? problem.value.says) }), offset: 60, duration: 8000, showClose: true })
      }
      return false
    }
  }

  const rowsAt = (top: number, bottom: number) => table.rows.stretch(top, bottom - top + 1)
  const fieldsFrom = (left: number, right = Infinity) => table.fields.slice(left, right + 1)

  async function look(plan: Plan, rows: readonly Row[], what: string): Promise<void> {
    if (!(await desk.sign())) return
    problem.value = null
    preview.value = { plan, what, rows: new Map(rows.map((row) => [row.id, row])) }
  }

  async function savePreview(): Promise<void> {
    const shown = preview.value
    if (!shown || !table.layer) return
    const { name } = table.layer
    const added = shown.plan.added.filter(({ lacks }) => lacks.length === 0)
    const creates = added.map(({ id, values }): OneChange => ({ op: 'create', layer: name, id, set: values }))
    if (!(await commit(byRecord(name, shown.plan.changes, shown.rows), shown.what, creates))) return
    preview.value = null
    const [first] = added
    if (first) void table.goTo(first.id)
  }

  /** Saves what was written into one cell; false where it does not fit, so that it can be corrected. */
  async function saveCell(row: Row, field: FieldDef, text: string): Promise<boolean> {
    if (!table.layer) return true
    const read = readCell(text, field, register.lists)
    if ('misread' in read) {
      ElMessage.warning({ message: t('table.invalid', { text, field: title(field.title), why: t(`table.misread.${read.misread}`) }), offset: 60, grouping: true })
      return false
    }
    const { changes } = planSet([row], [field], read.value)
    if (changes.length === 0) return true
    if (!(await desk.sign())) return true
    return commit(byRecord(table.layer.name, changes, new Map([[row.id, row]])), t('desk.whatCell', { field: title(field.title) }))
  }

  async function paste(text: string): Promise<void> {
    if (!allowed()) return
    const block = parseTsv(text)
    if (block.length === 0) {
      ElMessage.warning({ message: t('table.pasteNothing'), offset: 60, grouping: true })
      return
    }
    const { top, left, bottom, right } = table.range
    const last = Math.min(Math.max(bottom, top + block.length - 1), table.total - 1)
    const rows = await rowsAt(top, last)
    const plan = planPaste(block, rows, fieldsFrom(left), register.lists, { rows: bottom - top + 1, columns: right - left + 1 })
    // What lies below the last row becomes new rows; in a filtered list or a group they are such as stand there.
    if (plan.beyond.rows > 0 && table.atEnd) {
      const { added, unfit } = planAdded(block, block.length - plan.beyond.rows, fieldsFrom(left), table.layer?.fields ?? [], register.lists, freshId, table.given)
      plan.added = added
      plan.unfit.push(...unfit)
      plan.beyond = { ...plan.beyond, rows: 0 }
    }
    await look(plan, rows, t('desk.whatPaste'))
  }

  async function fillDown(): Promise<void> {
    const { top, left, bottom, right } = table.range
    if (!allowed() || top === bottom) return
    const rows = await rowsAt(top, bottom)
    await look(planFillDown(rows, fieldsFrom(left, right)), rows, t('desk.whatFill'))
  }

  async function clear(): Promise<void> {
    if (!allowed()) return
    const { top, left, bottom, right } = table.range
    const rows = await rowsAt(top, bottom)
    await look(planSet(rows, fieldsFrom(left, right), null), rows, t('desk.whatClear'))
  }

  const askSet = () => { setting.value = true }
  function setPicked(field: FieldDef, value: Json): void {
    const rows = [...table.picked.values()]
    setting.value = false
    void look(planSet(rows, [field], value), rows, t('desk.whatSet'))
  }

  async function askDelete(): Promise<void> {
    if (!allowed() || table.picked.size === 0 || !(await desk.sign())) return
    problem.value = null
    deleting.value = [...table.picked.values()]
  }
  /** Takes the rows away as one change set, each as it was seen. */
  async function deleteRows(): Promise<void> {
    const [rows, layer] = [deleting.value, table.layer]
    if (!rows || !layer) return
    try {
      const changes: OneChange[] = []
      for (const { id, etag } of rows) changes.push({ op: 'delete', layer: layer.name, id, etag: etag ?? (await api.values(layer.name, id)).etag })
      const revision = await desk.post(changes, t('desk.whatDelete', { count: rows.length }))
      deleting.value = null
      table.pickOnly([])
      ElMessage.success({ message: t('desk.saved', { revision }), offset: 60, grouping: true })
    } catch (cause) {
      problem.value = cause instanceof Problem ? cause : new Problem(0, { detail: String(cause) })
    }
  }

  async function askAdd(): Promise<void> {
    if (!allowed() || !(await desk.sign())) return
    problem.value = null
    adding.value = true
  }
  /** Adds a row; true where it stands. */
  async function addRow(id: string, set: Record<string, Json>): Promise<boolean> {
    if (!table.layer) return false
    try {
      const revision = await desk.post([{ op: 'create', layer: table.layer.name, id, set }], t('desk.whatAdd'))
      problem.value = null
      ElMessage.success({ message: t('desk.saved', { revision }), offset: 60, grouping: true })
      void table.goTo(id)
      return true
    } catch (cause) {
      problem.value = cause instanceof Problem ? cause : new Problem(0, { detail: String(cause) })
      return false
    }
  }

  /** The range as text for the clipboard; only rows that are there, since the clipboard does not wait. */
  function copied(): string | null {
    const { top, left, bottom, right } = table.range
    if (bottom - top >= MOST_COPIED) {
      ElMessage.warning({ message: t('table.copyTooLarge', { most: MOST_COPIED }), offset: 60, grouping: true })
      return null
    }
    const rows = Array.from({ length: bottom - top + 1 }, (_, at) => table.rows.at(top + at))
    if (rows.some((row) => row === undefined)) {
      ElMessage.warning({ message: t('table.notLoaded'), offset: 60, grouping: true })
      return null
    }
    const fields = fieldsFrom(left, right)
    const text = writeTsv(rows.map((row) => fields.map((field) => writeCell(row?.values[field.name], field, register.lists, locale.value as Language))))
    ElMessage.success({ message: t('table.copied', { rows: rows.length, columns: fields.length }), offset: 60, grouping: true })
    return text
  }

  function mayWrite(field: FieldDef): boolean {
    if (!allowed()) return false
    if (!isWritable(field)) ElMessage.warning({ message: t('table.fixed', { field: title(field.title) }), offset: 60, grouping: true })
    return isWritable(field)
  }

  return { preview, problem, setting, deleting, adding, barred, askDelete, deleteRows, askAdd, addRow, saveCell, paste, fillDown, clear, askSet, setPicked, copied, mayWrite, savePreview }
}

export type Edits = ReturnType<typeof useEdits>
