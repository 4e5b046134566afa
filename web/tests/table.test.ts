import { describe, expect, it } from 'vitest'
import type { CodeLists, FieldDef } from '../src/api/types'
import { moved, settledColumns, toggled, usualColumns } from '../src/table/columns'
import { cql, givenBy, nextSort, sortby } from '../src/table/filter'
import { allOf, conditionOf, groupable, ofDivision } from '../src/table/group'
import { freshId } from '../src/table/id'
import { byRecord, clashes, planAdded, planFillDown, planPaste, planSet, type Row } from '../src/table/plan'
import { inView, rangeOf, stepCell } from '../src/table/range'
import { readCell, readDay, writeCell } from '../src/table/read'
import { parseTsv, writeTsv } from '../src/table/tsv'
import { withView, type TableView } from '../src/table/views'

const field = (name: string, kind: FieldDef['kind'], more: Partial<FieldDef> = {}): FieldDef => ({
  name, kind, title: { zh: name, en: name }, required: false, unit: null, list: null, help: null, ...more,
})
const lists: CodeLists = {
  level: { title: { zh: '级别', en: 'Level' }, open: false, values: [{ code: 'county', title: { zh: '县级', en: 'County' } }, { code: 'township', title: { zh: '乡级', en: 'Township' } }] },
  kind: { title: { zh: '种类', en: 'Kind' }, open: true, values: [{ code: 'park', title: { zh: '公园', en: 'Park' } }] },
}
const name = field('name', 'text', { required: true })
const level = field('level', 'text', { list: 'level' })
const people = field('people', 'int', { unit: '人' })
const day = field('day', 'date')
const olds = field('olds', 'list')
const rows: Row[] = [
  { id: 'a', values: { name: '甲', level: 'county', people: 1, day: null } },
  { id: 'b', values: { name: '乙', level: 'township', people: 2, day: null } },
  { id: 'c', values: { name: '丙', level: null, people: null, day: '2020-01-01' } },
]

describe('blocks from Excel and WPS', () => {
  it('are read with quotes, tabs and lines in cells', () => {
    expect(parseTsv('a\tb\r\nc\td\r\n')).toEqual([['a', 'b'], ['c', 'd']])
    expect(parseTsv('"一\n二"\t"他说""好"""\nx\t')).toEqual([['一\n二', '他说"好"'], ['x', '']])
    expect(parseTsv('5" 管\t"未闭合')).toEqual([['5" 管', '"未闭合']])
    expect(parseTsv('\t\n')).toEqual([['', '']])
    expect(parseTsv('')).toEqual([])
    expect(parseTsv('""')).toEqual([['']])
    expect(parseTsv('a\n\nb')).toEqual([['a'], [''], ['b']])
  })
  it('come back as they were written', () => {
    const block = [['a', '多\n行'], ['"引"', 'tab\there']]
    expect(parseTsv(writeTsv(block))).toEqual(block)
  })
})

describe('cells as people write them', () => {
  it('are numbers, days, codes and yes or no', () => {
    expect(readCell(' 1,234 人', people, lists)).toEqual({ value: 1234 })
    expect(readCell('１２３', people, lists)).toEqual({ value: 123 })
    expect(readCell('1.5', people, lists)).toEqual({ misread: 'integer' })
    expect(readCell('约十', people, lists)).toEqual({ misread: 'number' })
    expect(readCell('乡级', level, lists)).toEqual({ value: 'township' })
    expect(readCell('county', level, lists)).toEqual({ value: 'county' })
    expect(readCell('村级', level, lists)).toEqual({ misread: 'code' })
    expect(readCell('湿地', field('k', 'text', { list: 'kind' }), lists)).toEqual({ value: '湿地' })
    expect(readCell('是', field('b', 'bool'), lists)).toEqual({ value: true })
    expect(readCell('', name, lists)).toEqual({ misread: 'required' })
    expect(readCell('', people, lists)).toEqual({ value: null })
    expect(readCell('x', olds, lists)).toEqual({ misread: 'fixed' })
  })
  it('are lists of words, each once; lists of things are not written in a cell', () => {
    const names = field('names', 'list', { items: 'text' })
    expect(readCell('虹山村；虹山、 虹山;', names, lists)).toEqual({ value: ['虹山村', '虹山'] })
    expect(readCell(' ', names, lists)).toEqual({ value: null })
    expect(readCell(writeCell(['甲', '乙'], names, lists, 'zh'), names, lists)).toEqual({ value: ['甲', '乙'] })
    expect(readCell('甲', field('states', 'list', { items: 'object' }), lists)).toEqual({ misread: 'fixed' })
  })
  it('are days in the ways of offices', () => {
    for (const text of ['2026-01-02', '2026/1/2', '2026.1.2', '2026年1月2日', '20260102', '2026/1/2 0:00:00']) expect(readDay(text)).toBe('2026-01-02')
    expect(readDay('2026-02-30')).toBeNull()
    expect(readDay('去年')).toBeNull()
  })
  it('are written as they are read', () => {
    expect(writeCell('township', level, lists, 'zh')).toBe('乡级')
    expect(writeCell(12345.5, people, lists, 'zh')).toBe('12345.5')
    expect(writeCell(null, people, lists, 'zh')).toBe('')
    expect(writeCell(['旧名', '又名'], olds, lists, 'zh')).toBe('旧名、又名')
  })
})

describe('what would be changed', () => {
  it('by a paste: only what differs, and what does not fit is told', () => {
    const plan = planPaste([['甲', '乡级'], ['乙改', '村级']], rows, [name, level, people], lists)
    expect(plan.changes).toEqual([
      { id: 'a', name: 'level', before: 'county', after: 'township' },
      { id: 'b', name: 'name', before: '乙', after: '乙改' },
    ])
    expect(plan.unfit).toEqual([{ id: 'b', name: 'level', text: '村级', why: 'code' }])
    expect(plan.beyond).toEqual({ rows: 0, columns: 0 })
  })
  it('by a paste over the edge, and one cell over a range', () => {
    expect(planPaste([['1', '2'], ['3', '4']], rows.slice(2), [people], lists).beyond).toEqual({ rows: 1, columns: 1 })
    const plan = planPaste([['9']], rows, [people], lists, { rows: 3, columns: 1 })
    expect(plan.changes.map(({ after }) => after)).toEqual([9, 9, 9])
  })
  it('by a paste of short lines leaves what they do not say', () => {
    expect(planPaste([['丁', '县级'], ['戊']], rows, [name, level], lists).changes).toHaveLength(2)
  })
  it('by filling down', () => {
    expect(planFillDown(rows, [level, olds]).changes).toEqual([
      { id: 'b', name: 'level', before: 'township', after: 'county' },
      { id: 'c', name: 'level', before: null, after: 'county' },
    ])
    expect(planFillDown([], [level]).changes).toEqual([])
  })
  it('by setting a column', () => {
    expect(planSet(rows, [people], 2).changes.map(({ id }) => id)).toEqual(['a', 'c'])
    expect(planSet(rows, [name], null)).toMatchObject({ changes: [], unfit: [{ why: 'required' }, {}, {}] })
  })
  it('is one edit per record', () => {
    const { changes } = planPaste([['x', '乡级', '7']], rows, [name, level, people], lists)
    expect(byRecord('division', changes)).toEqual([
      { layer: 'division', id: 'a', base: { name: '甲', level: 'county', people: 1 }, mine: { name: 'x', level: 'township', people: 7 } },
    ])
  })
  it('clashes only where another person changed the same field otherwise', () => {
    const edit = { layer: 'd', id: 'a', base: { name: '甲', people: 1 }, mine: { name: '新', people: 5 } }
    expect(clashes(edit, { name: '甲', people: 1, day: '2026-01-01' })).toEqual([])
    expect(clashes(edit, { name: '新', people: 1 })).toEqual([])
    expect(clashes(edit, { name: '他改', people: 1 })).toEqual([{ name: 'name', base: '甲', theirs: '他改', mine: '新' }])
  })
})

describe('rows below the last one', () => {
  it('are new records, but not where something required is missing', () => {
    let made = 0
    const block = [['甲', '乡级', '7'], ['乙', '县级', '许多'], ['', '乡级', ''], ['', ' ', '']]
    const must = { ...name, required: true }
    const { added, unfit } = planAdded(block, 1, [must, level, people], [must, level, people], lists, () => `N${String((made += 1))}`)
    expect(added.map(({ id, lacks }) => [id, lacks])).toEqual([['N1', []], ['N2', ['name']]])
    expect(added[0]?.values['name']).toBe('乙')
    expect(added[0]?.values).not.toHaveProperty(people.name)
    expect(unfit.map(({ id, name: called, text }) => [id, called, text])).toEqual([['N1', people.name, '许多']])
  })
  it('are such as the filters let through, where they do not say otherwise', () => {
    const given = givenBy({ level: { kind: 'choice', codes: ['township'] }, kind: { kind: 'choice', codes: ['park', 'square'] }, name: { kind: 'text', contains: '甲' } }, [name, level, people])
    expect(given).toEqual({ level: 'township' })
    const { added } = planAdded([['甲'], ['乙', '县级']], 0, [name, level], [name, level], lists, () => 'N', given)
    expect(added.map(({ values }) => values)).toEqual([{ level: 'township', name: '甲' }, { level: 'county', name: '乙' }])
  })
})

describe('columns of a table', () => {
  const layer = { name: 'sign', label_field: 'name', fields: [field('code', 'text'), field('remarks', 'text'), name, level, people, field('direction', 'text'), ...Array.from({ length: 9 }, (_, at) => field(`f${String(at)}`, 'text'))] }
  it('begin with name and code, and end with what all layers have', () => {
    const usual = usualColumns(layer)
    expect(usual.slice(0, 3).map((column) => column.name)).toEqual(['name', 'code', 'direction'])
    expect(usual.at(-1)).toEqual({ name: 'remarks', shown: false })
    expect(usual.filter(({ shown }) => shown)).toHaveLength(8)
  })
  it('are settled with the fields there are', () => {
    const columns = settledColumns(layer, [{ name: 'people', shown: true }, { name: 'gone', shown: true }, { name: 'people', shown: true }, null, 'x'])
    expect(columns[0]).toEqual({ name: 'people', shown: true })
    expect(columns).toHaveLength(layer.fields.length)
    expect(columns.slice(1).every(({ shown }) => !shown)).toBe(true)
    expect(settledColumns(layer, 'nonsense')).toEqual(usualColumns(layer))
    expect(settledColumns(layer, [])).toEqual(usualColumns(layer))
  })
  it('are moved and switched, but never all off', () => {
    const three = [{ name: 'a', shown: true }, { name: 'b', shown: false }, { name: 'c', shown: false }]
    expect(moved(three, 'c', -5).map((column) => column.name)).toEqual(['c', 'a', 'b'])
    expect(moved(three, 'x', 1)).toEqual(three)
    expect(toggled(three, 'b')[1]).toEqual({ name: 'b', shown: true })
    expect(toggled(three, 'a')).toEqual(three)
  })
})

describe('filters and order', () => {
  it('are written in CQL2', () => {
    expect(cql({ name: { kind: 'text', contains: "O'B_100%" }, level: { kind: 'choice', codes: ['county', 'township'] } }, [name, level])).toBe(
      "(CASEI(name) LIKE CASEI('%O''B\\_100\\%%')) AND (level IN ('county', 'township'))",
    )
    expect(cql({ people: { kind: 'range', from: '5', to: '' }, day: { kind: 'range', from: '2020-01-01', to: '2021-01-01' } }, [people, day])).toBe(
      "(people >= 5) AND (day >= DATE('2020-01-01') AND day <= DATE('2021-01-01'))",
    )
    expect(cql({ b: { kind: 'choice', codes: ['true'] }, name: { kind: 'empty' } }, [field('b', 'bool'), name])).toBe('(b = TRUE) AND (name IS NULL)')
    expect(cql({ name: { kind: 'text', contains: ' ' }, olds: { kind: 'empty' } }, [name, olds])).toBe('')
  })
  it('turn up, down and back', () => {
    const up = nextSort(null, 'a')
    const down = nextSort(up, 'a')
    expect([sortby(up), sortby(down), sortby(nextSort(down, 'a')), sortby(nextSort(up, 'b'))]).toEqual(['a', '-a', '', 'b'])
  })
})

describe('going about in a table', () => {
  it('keeps within it', () => {
    const size = { rows: 200_000, columns: 5, page: 20 }
    expect(stepCell('ArrowUp', false, { row: 0, column: 2 }, size)).toEqual({ row: 0, column: 2 })
    expect(stepCell('End', true, { row: 0, column: 0 }, size)).toEqual({ row: 199_999, column: 4 })
    expect(stepCell('PageDown', false, { row: 5, column: 0 }, size)).toEqual({ row: 25, column: 0 })
    expect(stepCell('x', false, { row: 5, column: 0 }, size)).toBeNull()
    expect(rangeOf({ row: 4, column: 2 }, { row: 1, column: 3 })).toEqual({ top: 1, bottom: 4, left: 2, right: 3 })
  })
  it('has only the rows in view', () => {
    expect(inView(0, 300, 30, 200_000)).toEqual({ first: 0, last: 16 })
    expect(inView(5_999_700, 300, 30, 200_000)).toEqual({ first: 199_984, last: 200_000 })
    expect(inView(900, 300, 30, 3)).toEqual({ first: 24, last: 24 })
  })
})

describe('groups', () => {
  const code = field('parent_code', 'text', { refers: { layer: 'division', by: 'code' } })
  it('ask for the rows of one value, whatever its kind', () => {
    expect(conditionOf(level, { value: 'county' })).toBe("level = 'county'")
    expect(conditionOf(name, { value: "O'Neil" })).toBe("name = 'O''Neil'")
    expect(conditionOf(people, { value: 3 })).toBe('people = 3')
    expect(conditionOf(field('closed', 'bool'), { value: false })).toBe('closed = FALSE')
    expect(conditionOf(day, { value: '2020-01-01' })).toBe("day = DATE('2020-01-01')")
    expect(conditionOf(level, { value: null })).toBe('level IS NULL')
  })
  it('of divisions ask for all below the one above', () => {
    expect(conditionOf(code, { value: '5301', values: ['530102', '530103'] })).toBe("parent_code IN ('530102', '530103')")
    expect(conditionOf(code, { value: '5301', values: ['530101', '530102', '530103', '530104'] })).toBe("parent_code LIKE '5301%'")
    expect(conditionOf(code, { value: '5301', values: ['530101', '530102', '530103', '540104'] })).toContain(' IN (')
    expect(conditionOf(code, { value: null, values: ['x'] })).toBe("(parent_code IS NULL OR parent_code IN ('x'))")
    expect(conditionOf(code, { value: null, values: [] })).toBe('parent_code IS NULL')
  })
  it('stand beside the filters', () => {
    expect(allOf('', "a = 'b'")).toBe("(a = 'b')")
    expect(allOf('x = 1 OR y = 2', 'z = 3')).toBe('(x = 1 OR y = 2) AND (z = 3)')
    expect(groupable(olds) || groupable(field('area', 'real'))).toBe(false)
    expect(ofDivision(code) && !ofDivision(level)).toBe(true)
  })
})

describe('named views', () => {
  const view = (called: string): TableView => ({ name: called, columns: [], filters: {}, sort: null, grouping: null })
  it('of one name take the place of each other', () => {
    const views = withView(withView([view('甲')], view('乙')), { ...view('甲'), sort: { name: 'code', down: true } })
    expect(views.map((one) => one.name)).toEqual(['甲', '乙'])
    expect(views[0]?.sort).toEqual({ name: 'code', down: true })
  })
})

describe('ids of new rows', () => {
  it('are ULIDs that rise with the time', () => {
    expect(freshId()).toMatch(/^[0-7][0-9A-HJKMNP-TV-Z]{25}$/)
    expect(freshId(1_000) < freshId(1_001)).toBe(true)
    expect(new Set(Array.from({ length: 50 }, () => freshId(5))).size).toBe(50)
  })
})
