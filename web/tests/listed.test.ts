import { describe, expect, it } from 'vitest'
import type { CodeLists, FieldDef, Json } from '../src/api/types'
import { isListed, listedRows, newRow, readListed, type ListedRow } from '../src/desk/listed'
import { fieldValue } from '../src/figures/format'

const member = (name: string, kind: 'text' | 'real' | 'date', more: object = {}) => ({ name, kind, title: { zh: name, en: name }, unit: null, list: null, ...more })
const field: FieldDef = {
  name: 'history', kind: 'list', items: 'object', title: { zh: '状态变化', en: 'History' }, required: false, unit: null, list: null, help: null,
  members: [member('date', 'date'), member('condition', 'text', { list: 'condition' }), member('distance', 'real', { unit: 'm' })],
}
const lists: CodeLists = { condition: { title: { zh: '', en: '' }, open: true, values: [{ code: 'intact', title: { zh: '完好', en: 'Intact' } }, { code: 'lost', title: { zh: '丢失', en: 'Lost' } }] } }
const value: Json[] = [{ date: '1998', condition: 'intact', note: '外来的' }, { condition: 'lost', distance: 12.5, date: '' }]
const rows = () => listedRows(value, field, lists, 'zh') as [ListedRow, ListedRow]
const read = (of: ListedRow[]) => readListed(of, field, lists, 'zh')

describe('lists of things', () => {
  it('stay as they came where nothing is written', () => {
    expect(isListed(field)).toBe(true)
    expect(rows()[0].texts).toEqual({ date: '1998', condition: '完好', distance: '' })
    expect(read(rows())).toEqual({ value, wrong: {} })
    expect(JSON.stringify(read(rows()).value)).toBe(JSON.stringify(value))
  })

  it('take codes by their titles, keep members they do not know, and tell what cannot be read', () => {
    const [one, two] = rows()
    one.texts['condition'] = '丢失'
    two.texts['distance'] = 'weit'
    expect(read([one, two]).wrong).toEqual({ 1: { distance: 'number' } })
    expect(read([one]).value).toEqual([{ date: '1998', condition: 'lost', note: '外来的' }])
    two.texts['distance'] = ''
    expect(read([two]).value).toEqual([{ condition: 'lost', date: '' }])
  })

  it('leave out rows taken away and rows in which nothing stands', () => {
    const [one, two] = rows()
    const fresh = newRow([one, two], field)
    expect(fresh.key).toBe(2)
    expect(read([{ ...one, gone: true }, two, fresh]).value).toEqual(value.slice(1))
    expect(read([{ ...one, gone: true }, { ...two, gone: true }]).value).toBe(null)
    expect(read([{ ...fresh, texts: { ...fresh.texts, date: '2026-11-21' } }]).value).toEqual([{ date: '2026-11-21' }])
  })

  it('are read by people in words', () => {
    const words = { yes: '是', no: '否', none: '—' }
    expect(fieldValue(value, field, lists, 'zh', words)).toBe('1998 · 完好 · 外来的；丢失 · 12.5 m')
    expect(fieldValue({ 物业电话: '0871', 空: '' }, undefined, lists, 'zh', words)).toBe('物业电话 0871')
    expect(fieldValue(['甲', '乙'], { ...field, members: undefined }, lists, 'zh', words)).toBe('甲、乙')
  })
})
