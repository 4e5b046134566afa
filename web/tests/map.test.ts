import { describe, expect, it } from 'vitest'
import { readFileSync, readdirSync } from 'node:fs'
import facility from '../../tiles/sprites/facility.json'
import sheet from '../../tiles/style/map.json'
import { anchorOf, boxOf } from '../src/map/anchor'
import { levelAt, pick, type Candidate } from '../src/map/pick'
import { fillColours, mapStyle, pickable, seenFrom, styleLayersOf, tileAddress } from '../src/map/style'
import { grouped, legendField } from '../src/modes/map/groups'
import type { LayerInfo } from '../src/api/types'

const thing = (layer: string, id: string, hit: Candidate['hit'], level?: string): Candidate => ({ layer, id, label: id, hit, level: level ?? null })

describe('what a click selects', () => {
  const under = [
    thing('division', 'county', 'area', 'county'),
    thing('division', 'street', 'area', 'township'),
    thing('division', 'community', 'area', 'community'),
    thing('compound', 'estate', 'area'),
  ]
  it('takes a point before the areas under it and names those', () => {
    const picked = pick([thing('facility', 'market', 'point'), ...under], 15)
    expect(picked.selected?.id).toBe('market')
    expect(picked.also.map((one) => one.id)).toEqual(['estate', 'community', 'street', 'county'])
  })
  it('lets one choose between several points', () => {
    const picked = pick([thing('gate', 'a', 'point'), thing('facility', 'b', 'point'), thing('road', 'c', 'line'), ...under], 15)
    expect(picked.selected).toBeNull()
    expect(picked.choose.map((one) => one.id)).toEqual(['a', 'b'])
  })
  it('counts one thing drawn twice once', () => {
    expect(pick([thing('gate', 'a', 'point'), thing('gate', 'a', 'point')], 15).selected?.id).toBe('a')
  })
  it.each([[14, 'community'], [11, 'street'], [8, 'county']] as const)('selects the division of the scale at zoom %s', (zoom, id) => {
    expect(pick(under.filter((one) => one.layer === 'division'), zoom).selected?.id).toBe(id)
  })
  it('falls back to the next level above where the wanted one is missing', () => {
    expect(levelAt(14)).toBe('community')
    expect(pick(under.filter((one) => one.id === 'county' || one.id === 'street'), 14).selected?.id).toBe('street')
  })
  it('selects nothing on empty ground', () => {
    expect(pick([], 12)).toEqual({ selected: null, choose: [], also: [] })
  })
})

describe('the style', () => {
  it('finds every colour in the tokens', () => {
    expect(JSON.stringify(fillColours(sheet))).not.toContain('"@')
    expect(() => fillColours('@map.nothing')).toThrow('@map.nothing')
  })
  it('asks no other machine for anything', () => {
    const style = mapStyle(tileAddress('http://here', 7, '2020-01-01'), [])
    expect(style.glyphs).toBeUndefined()
    expect(style.sprite).toBeUndefined()
    expect(JSON.stringify(style.sources['register'])).toContain('http://here/tiles/{z}/{x}/{y}?v=7&as_of=2020-01-01')
    expect(JSON.stringify(style)).not.toMatch(/https:/)
  })
  it('hides all style layers of a hidden register layer', () => {
    const hidden = mapStyle('', ['road']).layers.filter((layer) => layer.layout && (layer.layout as Record<string, unknown>)['visibility'] === 'none')
    expect(hidden.map((layer) => layer.id).sort()).toEqual(styleLayersOf('road').sort())
  })
  it('can hit every kind of thing it draws', () => {
    expect(new Set([...pickable.values()].map((way) => way.layer)).size).toBe(14)
  })
})

describe('pictograms', () => {
  const sprites = new URL('../../tiles/sprites/', import.meta.url)
  const files = readdirSync(sprites).filter((name) => name.endsWith('.svg')).map((name) => name.replace('.svg', ''))
  it('has one for every code of the facility list, and no file unused', () => {
    const codes = readFileSync(new URL('../../data/vocab/codes.toml', import.meta.url), 'utf8')
    const list = /\[facility_kind\][\s\S]*?values = \[([\s\S]*?)\n\]/.exec(codes)?.[1] ?? ''
    const kinds = [...list.matchAll(/^\s*\["([a-z_]+)"/gm)].map((found) => found[1])
    expect(kinds.length).toBeGreaterThan(30)
    expect(Object.keys(facility.kinds).sort()).toEqual(kinds.sort())
    const used = new Set(Object.values(facility.kinds).map((kind) => kind.sprite))
    expect([...used].sort()).toEqual(files.sort())
  })
  it('draws them from paths alone', () => {
    for (const name of files) {
      const text = readFileSync(new URL(`${name}.svg`, sprites), 'utf8')
      expect(text.match(/<(?!\/?(svg|path)\b)/g), name).toBeNull()
    }
  })
})

describe('anchors and boxes', () => {
  const square = { type: 'Polygon', coordinates: [[[0, 0], [4, 0], [4, 2], [0, 2], [0, 0]]] }
  it('names a polygon at its centre, of several the largest', () => {
    expect(anchorOf(square)).toEqual([2, 1])
    expect(anchorOf({ type: 'MultiPolygon', coordinates: [[[[9, 9], [9.1, 9], [9.1, 9.1], [9, 9]]], square.coordinates] })).toEqual([2, 1])
    expect(anchorOf({ type: 'Point', coordinates: [3, 4] })).toEqual([3, 4])
    expect(anchorOf({ type: 'MultiLineString', coordinates: [[[0, 0], [1, 1], [2, 2]]] })).toEqual([1, 1])
  })
  it('boxes several geometries together', () => {
    expect(boxOf([square, { type: 'Point', coordinates: [9, -1] }])).toEqual([0, -1, 9, 2])
    expect(boxOf([])).toBeNull()
  })
})

describe('layer groups', () => {
  const layer = (name: string, fields: string[] = []): LayerInfo => ({
    name, title: { zh: name, en: name }, geometry: 'point', count: 1, bbox: null, label_field: null,
    fields: fields.map((field) => ({ name: field, title: { zh: '', en: '' }, kind: 'text', required: false, unit: null, list: null, help: null })),
  })
  it('keeps our order and shows unknown layers too', () => {
    const groups = grouped([layer('road'), layer('division'), layer('new_thing')])
    expect(groups.map((group) => group.name)).toEqual(['boundary', 'base', 'other'])
  })
  it('tells a legend by the field the map draws by', () => {
    expect(legendField(layer('boundary_marker', ['marker_type', 'condition']))).toBe('condition')
    expect(legendField(layer('facility', ['kind', 'status']))).toBe('kind')
    expect(legendField(layer('road', ['level', 'class']))).toBe('class')
    expect(legendField(layer('building', []))).toBeNull()
  })
})

describe('how far away layers are seen', () => {
  it('says from which zoom on', () => {
    expect(seenFrom('division')).toBe(0)
    expect(seenFrom('door_plate')).toBe(16)
    expect(seenFrom('closed_or_green_area')).toBe(11)
    expect(seenFrom('name')).toBe(0)
  })
  it('draws street signs from about 1:5,000', () => {
    expect(seenFrom('sign')).toBeGreaterThanOrEqual(15.5)
  })
})
