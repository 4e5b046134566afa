import { describe, expect, it } from 'vitest'
import type { CheckFinding } from '../src/api/checks'
import { asAsked, eased } from '../src/zoning/again'
import { chosenOf, countsOf, marksOf, rowsOf, shadeOf, sorted } from '../src/zoning/audit'
import { called } from '../src/zoning/called'
import { limitsOf, moves } from '../src/zoning/moves'
import { asWishes, clash, fromWishes, withCompound, withoutCompound, type Wish } from '../src/zoning/wishes'
import { begun, canRedo, canUndo, freshZone, locking, now, painted, redone, stepped, tints, undone } from '../src/zoning/paint'

describe('units painted between zones', () => {
  const start = begun([0, 0, 1, 1, null])
  it('moves what is not locked and leaves the rest', () => {
    const locked = locking(now(start), [1])
    expect(painted(locked, [0, 1, 4, 9], 1).assignment).toEqual([1, 0, 1, 1, 1])
    expect(painted(locked, [1], 1)).toBe(locked)
    expect(painted(locked, [2], null).assignment).toEqual([0, 0, null, 1, null])
  })
  it('locks a stroke, and lets it go when all of it is locked', () => {
    const one = locking(now(start), [1, 2])
    expect([...one.locked]).toEqual([1, 2])
    expect([...locking(one, [2, 3]).locked].sort()).toEqual([1, 2, 3])
    expect([...locking(one, [1, 2]).locked]).toEqual([])
  })
  it('goes back and on, and forgets what was taken back once one goes on otherwise', () => {
    const one = stepped(start, painted(now(start), [0], 1))
    const two = stepped(one, painted(now(one), [1], 1))
    expect([canUndo(start), canRedo(two)]).toEqual([false, false])
    const back = undone(two)
    expect(now(back)).toBe(now(one))
    expect(now(redone(back))).toBe(now(two))
    const other = stepped(back, painted(now(back), [4], 7))
    expect(canRedo(other)).toBe(false)
    expect(other.sheets.length).toBe(3)
  })
  it('numbers a new zone by the first free number', () => {
    expect(freshZone([0, 2, null, 1])).toBe(3)
    expect(freshZone([1, 2])).toBe(0)
    expect(freshZone([])).toBe(0)
  })
  it('gives neighbours different tints', () => {
    // a ring of nine zones and one in the middle
    const assignment = Array.from({ length: 10 }, (_, zone) => zone)
    const borders = Array.from({ length: 9 }, (_, at) => ({ a: at, b: (at + 1) % 9 })).concat(Array.from({ length: 9 }, (_, at) => ({ a: at, b: 9 })))
    const found = tints(assignment, borders)
    expect(found.size).toBe(10)
    for (const { a, b } of borders) expect(found.get(a)).not.toBe(found.get(b))
  })
})

describe('who moves', () => {
  const communities = [{ code: 'A' }, { code: 'B' }]
  const units = [{ shares: [[0, 100]] }, { shares: [[0, 40], [1, 60]] }, { shares: [[1, 200]] }, { shares: [] }, { shares: [[1, 7]] }] as { shares: [number, number][] }[]
  const zones = [{ zone: 0, continues: 'A' }, { zone: 1, continues: 'B' }, { zone: 2, continues: null }]
  it('are those whose community is not the one that their zone continues', () => {
    const found = moves(units, [0, 1, 1, 1, 1], zones, communities)
    expect(found.flows).toEqual([{ from: 0, zone: 1, households: 40, units: [1] }])
    expect([found.households, found.all, [...found.of]]).toEqual([40, 407, [[1, 40]]])
  })
  it('are all households of a zone that continues nothing, the largest flow first', () => {
    const found = moves(units, [2, 2, 1, 1, 1], zones, communities)
    expect(found.flows).toEqual([{ from: 0, zone: 2, households: 140, units: [0, 1] }, { from: 1, zone: 2, households: 60, units: [1] }])
    expect(found.of.get(1)).toBe(100)
  })
  it('says nothing of units without a zone, nor of a zone that is not known', () => {
    expect(moves(units, [null, null, 1, null, null], zones, communities).all).toBe(200)
    expect(moves(units, [0], zones, communities).flows).toEqual([])
  })
  it('finds the limits of today', () => {
    expect(limitsOf([0, 0, 1, null], [{ a: 0, b: 1 }, { a: 1, b: 2 }, { a: 2, b: 3 }, { a: 3, b: 3 }])).toEqual([1, 2])
  })
  it('calls communities as people do', () => {
    expect(['翠湖社区居民委员会', '大村村民委员会', '翠湖社区'].map(called)).toEqual(['翠湖社区', '大村', '翠湖社区'])
  })
})

describe('what planners wish of compounds', () => {
  const named = (id: string) => ({ id, name: `小区${id}` })
  const wish = (kind: Wish['kind'], ...ids: string[]): Wish => ({ kind, compounds: ids.map(named) })
  it('is sent by id; what says nothing yet is left out', () => {
    expect(asWishes([wish('together', 'a'), wish('apart')])).toBeNull()
    expect(asWishes([wish('together', 'a', 'b'), wish('apart', 'c', 'd'), wish('locked', 'e'), wish('locked', 'e', 'f'), wish('exclusive', 'g')])).toEqual({ together: [['a', 'b']], apart: [['c', 'd']], locked: ['e', 'f'], exclusive: ['g'], ordinary: [] })
  })
  it('comes back as it was sent', () => {
    const all = [wish('together', 'a', 'b'), wish('apart', 'c', 'd'), wish('locked', 'e'), wish('ordinary', 'f')]
    expect(fromWishes(asWishes(all) ?? { together: [], apart: [], locked: [], exclusive: [], ordinary: [] }, named)).toEqual(all)
  })
  it('holds each compound once, and goes with its last', () => {
    const all = withCompound([wish('together', 'a')], 0, named('b'))
    expect(withCompound(all, 0, named('b'))).toEqual(all)
    expect(withoutCompound(withoutCompound(all, 0, 'a'), 0, 'b')).toEqual([])
  })
  it('contradicts itself where two are joined by way of others and apart', () => {
    expect(clash([wish('together', 'a', 'b'), wish('together', 'b', 'c'), wish('apart', 'a', 'x', 'c')])?.map(({ id }) => id)).toEqual(['a', 'c'])
    expect(clash([wish('together', 'a', 'b'), wish('apart', 'a', 'c')])).toBeNull()
  })
})

describe('a plan asked again', () => {
  const parameters = { min: 3000, max: 5000, ideal: null, wide_max: null, zones: null, preset: null, seconds: 20, wishes: { together: [], apart: [], locked: [], exclusive: [], ordinary: [] }, count: 'registered', seed: 1, day: '2026-11-21' }
  const asked = asAsked({ scope: { streets: ['530102001'], communities: ['530102002003'] }, kind: 'redraw', profile: 'wuhua', parameters })
  it('is what it was', () => {
    expect([asked.codes, asked.min, asked.max, asked.zones]).toEqual([['530102001', '530102002003'], 3000, 5000, null])
  })
  it('gives way where the proof says, in whole households', () => {
    expect(eased(asked, { parameter: 'max', value: 6210.4 }).max).toBe(6211)
    expect(eased(asked, { parameter: 'max_of_unit', value: 6210 })).toMatchObject({ max: 5000, wide_max: 6210 })
    expect(eased(asked, { parameter: 'min', value: 2811.7 }).min).toBe(2811)
    expect(eased(asked, { parameter: 'zones', value: 3 }).zones).toEqual([3, 3])
  })
})

describe('communities as they are', () => {
  const community = (code: string, households: number | null, findings: string[], premises_m2: number | null = null) => ({ code, name: `社区${code}`, households, count_kind: 'registered', area_km2: 0.5, premises_m2, findings })
  const streets = [
    { code: 's', name: '甲街道', findings: ['C04'], communities: [community('s1', 5519, ['C03', 'C01'], 240), community('s2', 819, ['C01']), community('s3', null, ['C07'])] },
    { code: 't', name: '乙街道', findings: ['C04'], communities: [community('t1', 3200, ['C04', 'C06'], 800)] },
  ]
  const band = { least: 1000, most: 5000 }
  const rows = rowsOf(streets, band)
  it('are too large or too small by the band, and lack what else the rules say', () => {
    expect(rows.map(({ faults }) => faults)).toEqual([['large', 'premises'], ['small'], ['roads'], ['gap', 'cut']])
    expect(rows[0]?.per100).toBeCloseTo(4.3486, 3)
    expect(rows[1]?.per100).toBeNull()
  })
  it('are counted by fault; a gap is counted for its street where none of the communities has it', () => {
    expect([...countsOf(rows, streets)]).toEqual([['large', 1], ['small', 1], ['premises', 1], ['gap', 2], ['cut', 1], ['roads', 1]])
  })
  it('are ordered by any column, what is unknown last of the largest', () => {
    expect(sorted(rows, 'households', true).map(({ code }) => code)).toEqual(['s1', 't1', 's2', 's3'])
    expect(sorted(rows, 'faults', true).map(({ code }) => code)).toEqual(['s1', 't1', 's2', 's3'])
  })
  it('are filtered by any of some faults', () => {
    expect(chosenOf(rows, ['small', 'cut'], true).map(({ code }) => code)).toEqual(['s2', 't1'])
    expect(chosenOf([...rows, { ...(rows[0] as (typeof rows)[0]), faults: [] }], [], true).length).toBe(4)
  })
  it('are shaded by how far they are from the band', () => {
    expect([749, 750, 999, 1000, 5000, 5001, 6251, null].map((households) => shadeOf(households, band))).toEqual([-2, -1, -1, 0, 0, 1, 2, null])
  })
  it('are marked once each, gaps where they are', () => {
    const at = (rule: string, code: string, place: [number, number]) => ({ rule, code, name: code, at: place }) as CheckFinding
    const marks = marksOf([at('C01', 's1', [1, 1]), at('C03', 's1', [1, 1]), at('C04', 's', [2, 2]), at('C04', 's', [3, 3])], rows, [], band)
    expect(marks.map(({ at: place, faults }) => [place, faults])).toEqual([[[1, 1], ['large', 'premises']], [[2, 2], ['gap']], [[3, 3], ['gap']]])
    expect(marksOf([at('C01', 's1', [1, 1])], rows, ['small'], band)).toEqual([])
  })
})
