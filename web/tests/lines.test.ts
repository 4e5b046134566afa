// Lines and markers: the list, alignments beside each other, notes on the map.
import { describe, expect, it } from 'vitest'
import type { Leg, LineRow, MarkerPage } from '../src/api/lines'
import { besideEachOther } from '../src/lines/legs'
import { findingCount, inOrder, isNear, levelsOf, matching } from '../src/lines/list'
import { numberNotes, objectNotes, shortNumber } from '../src/lines/notes'

const line = (name: string, more: Partial<LineRow> = {}): LineRow => ({
  id: name, code: `5301${name}`, name, level: 'county', party_codes: ['530102', '530103'], parties: ['五华区', '盘龙区'], lead: null, length_m: 1000, agreed_km: null,
  markers: 0, segments: 0, surveyed: false, disputed: false, next_inspection: null, due: null, bounds: null, findings: { errors: 0, warnings: 0, notes: 0 }, ...more,
})
const leg = (to: string, more: Partial<Leg> = {}): Leg => ({ from: '', to, feature: 'river_centre', feature_name: '盘龙江', direction: '南', distance_m: 1000, ...more })

describe('the list of lines', () => {
  const all = [line('官盘线', { findings: { errors: 1, warnings: 2, notes: 9 } }), line('五西线', { level: 'township', parties: ['华山街道', null], length_m: 5000, next_inspection: '2026-12-01', due: 'urge' })]
  it('is narrowed by level and by words in any field', () => {
    expect(matching(all, '', '盘龙 530102').map(({ name }) => name)).toEqual(['官盘线'])
    expect(matching(all, 'township', '').map(({ name }) => name)).toEqual(['五西线'])
    expect(matching(all, '', '没有')).toEqual([])
    expect(levelsOf(all)).toEqual([['county', 1], ['township', 1]])
  })
  it('is put in order without changing what was given', () => {
    expect(inOrder(all, 'due')[0]?.name).toBe('五西线')
    expect(inOrder(all, 'findings')[0]?.name).toBe('官盘线')
    expect(inOrder(all, 'length')[0]?.name).toBe('五西线')
    expect(all[0]?.name).toBe('官盘线')
    expect(findingCount(line('x', { findings: { errors: 1, warnings: 2, notes: 9 } }))).toBe(3)
    expect([isNear('urge'), isNear('later'), isNear(null)]).toEqual([true, false, false])
  })
})

describe('alignments beside each other', () => {
  it('pairs legs that end at the same marker, however it is written', () => {
    const pairs = besideEachOther([leg('001号界桩'), leg('2号界桩', { direction: '西' })], [leg('53010001020103001'), leg('53010001020103002')])
    expect(pairs.map(({ differs }) => differs)).toEqual([[], ['direction']])
  })
  it('leaves alone what has no fellow', () => {
    const pairs = besideEachOther([leg('001'), leg('003')], [leg('001'), leg('002'), leg('003', { distance_m: 1100 })])
    expect(pairs.map(({ stored, drawn }) => [stored?.to ?? null, drawn?.to ?? null])).toEqual([['001', '001'], [null, '002'], ['003', '003']])
    expect(pairs[2]?.differs).toEqual(['distance'])
  })
  it('takes lengths within five parts of a hundred for the same, and what is not said for nothing', () => {
    expect(besideEachOther([leg('001', { distance_m: 1040, feature: '', direction: null })], [leg('001')])[0]?.differs).toEqual([])
    expect(besideEachOther([], [leg('001')])).toHaveLength(1)
    expect(besideEachOther([], [])).toEqual([])
  })
})

describe('notes on the map', () => {
  it('shows numbers without the code of the line, where the marker has a place', () => {
    const proposed = [{ id: 'a', before: '旧1', after: '53010001020103001Q', at_m: 0, off_m: 0 }, { id: 'b', before: 'x', after: 'x', at_m: 1, off_m: 0 }]
    const places = [{ id: 'a', number: '旧1', of: 1, condition: null, at_m: 0, off_m: 0, at: [102, 25] as [number, number] }]
    expect(numberNotes(proposed, places, '53010001020103')).toEqual([{ kind: 'number', label: '001Q', at: [[102, 25]] }])
    expect(shortNumber('旧1', '53010001020103')).toBe('旧1')
  })
  it('draws a ray to where the figures lead and a ring where the object is known to stand', () => {
    const page: MarkerPage = { id: 'm', number: '1', at: [102, 25], plane: null, lines: [], references: [{ object: '电杆', azimuth_deg: 90, distance_m: 10, computed: [102.1, 25], known: [102.2, 25], apart_m: 3 }, { object: '屋角', azimuth_deg: null, distance_m: null, computed: null, known: null, apart_m: null }] }
    expect(objectNotes(page).map(({ kind, label }) => [kind, label])).toEqual([['ray', ''], ['object', '电杆'], ['known', '']])
    expect(objectNotes({ ...page, at: null })).toEqual([])
  })
})
