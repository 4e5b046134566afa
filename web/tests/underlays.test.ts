import { describe, expect, it } from 'vitest'
import { differs, listed, ordered, readOrder, readShown, swapped, type Underlay } from '../src/state/underlays'

describe('pictures under the data', () => {
  it('lists maps of others below the own pictures, with an address for each host', () => {
    const all = listed(
      {
        underlays: [
          { id: '01A', title: '老地图', file: 'a.jpg', secrecy: 'public', made: '', bbox: [1, 2, 3, 4], min_zoom: 6, max_zoom: 13, tiles: '/tiles/underlay/01A/{z}/{x}/{y}' },
        ],
        basemaps: [
          { title: { zh: '影像', en: 'Imagery' }, url: 'https://t{s}.example.cn/{z}/{x}/{y}?s={s}', hosts: ['0', '1'], attribution: '审图号', min_zoom: 1, max_zoom: 18 },
        ],
      },
      'http://here',
    )
    expect(all.map((one) => one.tiles)).toEqual([
      ['https://t0.example.cn/{z}/{x}/{y}?s=0', 'https://t1.example.cn/{z}/{x}/{y}?s=1'],
      ['http://here/tiles/underlay/01A/{z}/{x}/{y}'],
    ])
    expect(all.map((one) => one.bounds)).toEqual([null, [1, 2, 3, 4]])
  })
  it('are shown as the office has them unless this browser chose otherwise', () => {
    expect(differs({ on: false, opacity: 40 }, null)).toBe(false)
    expect(differs({ on: true, opacity: 100 }, null)).toBe(true)
    expect(differs({ on: true, opacity: 40 }, { on: true, opacity: 40 })).toBe(false)
    expect(differs({ on: true, opacity: 45 }, { on: true, opacity: 40 })).toBe(true)
    expect(differs({ on: false, opacity: 40 }, { on: true, opacity: 40 })).toBe(true)
  })
  it('keeps the order that was chosen, with what is new above', () => {
    const all = ['a', 'b', 'c'].map((id) => ({ id }) as Underlay)
    const ids = (list: readonly Underlay[]) => list.map(({ id }) => id).join('')
    expect(ids(ordered(all, []))).toBe('abc')
    expect(ids(ordered(all, ['c', 'gone', 'a']))).toBe('cab')
    expect(swapped(all, 'a', 1)).toEqual(['b', 'a', 'c'])
    expect(swapped(all, 'a', -1)).toEqual(['a', 'b', 'c'])
    expect(swapped(all, 'c', 1)).toEqual(['a', 'b', 'c'])
    expect(readOrder('["a",7,"b"]')).toEqual(['a', 'b'])
    expect(readOrder('{"a":1}')).toEqual([])
    expect(readOrder('not json')).toEqual([])
  })
  it('forgets a choice that cannot be read', () => {
    expect(readShown(null)).toEqual({})
    expect(readShown('not json')).toEqual({})
    expect(readShown('null')).toEqual({})
    expect(readShown('{"a":{"on":true,"opacity":40},"b":{"opacity":400},"c":7}')).toEqual({ a: { on: true, opacity: 40 } })
  })
})
