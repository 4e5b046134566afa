import { stepTo } from '../src/look/arrows'
import { describe, expect, it } from 'vitest'
import { dayOfYear, isDay, sliderYears } from '../src/figures/days'
import { latDms, lonDms, toDms } from '../src/figures/dms'
import { area, areaMu, fieldValue, grouped, interval, length, moment } from '../src/figures/format'
import { toPlane, zoneOf } from '../src/figures/gauss'

describe('degrees, minutes, seconds', () => {
  it('writes every part with its width', () => {
    expect(toDms(25.0512)).toBe('25°03′04.32″')
    expect(toDms(0)).toBe('0°00′00.00″')
    expect(toDms(102.5, 0)).toBe('102°30′00″')
  })
  it('carries a rounded minute instead of writing 60 seconds', () => {
    expect(toDms(29.9999999999)).toBe('30°00′00.00″')
    expect(toDms(10 + 59.9999 / 3600, 1)).toBe('10°01′00.0″')
  })
  it('knows the hemispheres and brings longitudes back', () => {
    expect(lonDms(102.5)).toBe('102°30′00.00″E')
    expect(lonDms(-0.5)).toBe('0°30′00.00″W')
    expect(lonDms(181)).toBe('179°00′00.00″W')
    expect(latDms(-33.5)).toBe('33°30′00.00″S')
  })
})

describe('Gauss–Krüger', () => {
  // expected: PROJ 9.1.1, EPSG:4490 to EPSG:4522 and 4527
  it.each([
    [102.7041234, 25.0512345, 34, [34571052.9716, 2771914.4549]],
    [103.4, 24.9, 34, [34641453.4505, 2755704.6774]],
    [116.4, 39.9, 39, [39448688.8557, 4418598.0013]],
  ] as const)('agrees with PROJ within a millimetre at %s, %s', (lon, lat, zone, [y, x]) => {
    const plane = toPlane(lon, lat)
    expect(plane?.zone).toBe(zone)
    expect(Math.abs((plane?.x ?? 0) - x)).toBeLessThan(0.001)
    expect(Math.abs((plane?.y ?? 0) - y)).toBeLessThan(0.001)
  })
  it('gives nothing outside the zones of the country', () => {
    expect(toPlane(7.4, 43.7)).toBeNull()
    expect(zoneOf(117)).toBe(39)
  })
})

describe('figures', () => {
  it('separates thousands and states units', () => {
    expect(grouped(1234567.5)).toBe('1,234,567.5')
    expect(area(381_600_000)).toBe('381.60 km²')
    expect(area(2_345_678)).toBe('2.3457 km²')
    expect(area(9_999)).toBe('9,999 m²')
    expect(areaMu(666.6667)).toBe('1.0')
    expect(length(999.94)).toBe('999.9 m')
    expect(length(12_345.6)).toBe('12.346 km')
  })
  it('writes moments in the clock of China', () => {
    expect(moment('2026-11-21T11:05:00.000Z')).toBe('2026-11-21 19:05')
    expect(moment('not a time')).toBe('not a time')
  })
  it('writes intervals with open ends', () => {
    expect(interval(null, null, 'always')).toBe('always')
    expect(interval('2020-01-01', null, 'always')).toBe('2020-01-01 — …')
  })
})

describe('values of fields', () => {
  const lists = { kinds: { title: { zh: '', en: '' }, open: false, values: [{ code: 'a', title: { zh: '甲', en: 'A' } }] } }
  const words = { yes: '是', no: '否', none: '—' }
  const field = (kind: 'text' | 'int' | 'bool' | 'list', more = {}) => ({ name: 'f', kind, unit: null, list: null, ...more })
  it('uses code titles, units and words', () => {
    expect(fieldValue('a', field('text', { list: 'kinds' }), lists, 'zh', words)).toBe('甲')
    expect(fieldValue('b', field('text', { list: 'kinds' }), lists, 'zh', words)).toBe('b')
    expect(fieldValue(12345, field('int', { unit: '人' }), lists, 'zh', words)).toBe('12,345 人')
    expect(fieldValue(1998, { ...field('int'), name: 'built_year' }, lists, 'zh', words)).toBe('1998')
    expect(fieldValue(false, field('bool'), lists, 'zh', words)).toBe('否')
    expect(fieldValue(null, undefined, lists, 'zh', words)).toBe('—')
    expect(fieldValue(['武成', '华山'], field('list'), lists, 'zh', words)).toBe('武成、华山')
    expect(fieldValue([{ object: '树', distance_m: 3 }], field('list'), lists, 'zh', words)).toBe('树 · 3')
  })
})

describe('days', () => {
  it('knows which days exist', () => {
    expect(isDay('2024-02-29')).toBe(true)
    expect(isDay('2023-02-29')).toBe(false)
    expect(isDay('2023-2-9')).toBe(false)
  })
  it('spans the lawful dates and always today', () => {
    expect(sliderYears({ from: '1998-01-01', to: '2030-05-01' }, '2026-11-21', '2026-11-21')).toEqual([1998, 2030])
    expect(sliderYears(null, '2026-11-21', '2026-11-21')).toEqual([2021, 2027])
    expect(sliderYears(null, '2026-11-21', '2026-11-21', '1956-03-01')).toEqual([1956, 2027])
  })
  it('asks about the last day of a past year and the first of a coming one', () => {
    expect(dayOfYear(2020, '2026-11-21')).toBe('2020-12-31')
    expect(dayOfYear(2026, '2026-11-21')).toBeNull()
    expect(dayOfYear(2027, '2026-11-21')).toBe('2027-01-01')
  })
})

describe('arrow keys in lists', () => {
  it('stay inside the list', () => {
    expect(stepTo('ArrowDown', 0, 3)).toBe(1)
    expect(stepTo('ArrowDown', 2, 3)).toBe(2)
    expect(stepTo('ArrowUp', 0, 3)).toBe(0)
    expect(stepTo('End', 0, 3)).toBe(2)
    expect(stepTo('Home', 2, 3)).toBe(0)
    expect(stepTo('Enter', 0, 3)).toBeNull()
  })
})
