import { describe, expect, it } from 'vitest'
import type { Arc, Arcs, BorderSide } from '../src/api/borders'
import type { LonLat } from '../src/api/types'
import { areaM2 } from '../src/figures/geodesic'
import { allLocked, arcOf, changedEdges, edgeLocked, gains, handleAt, handlesOf, insertGains, isCut, isNode, joined, lineAlong, nearest, neighbours, placeLocked, pointLocked } from '../src/map/borders/arcs'
import { change, km2 } from '../src/modes/boundary/borders/figures'

const at = (x: number, y: number): LonLat => [102 + x / 100, 25 + y / 100]
const arc = (points: LonLat[], left: number | null, right: number | null, more: Partial<Arc> = {}): Arc => ({ points, left, right, nodes: [true, true], locked: [], line: null, length_m: 1, ...more })

// West (0) and east (1) below, north (2) above; all meet at (4, 2).
const between = arc([at(4, 0), at(4, 1), at(4, 2)], 0, 1)
const west = arc([at(4, 2), at(0, 2)], 0, 2)
const east = arc([at(8, 2), at(4, 2)], 1, 2)
const arcs: Arcs = { revision: 1, too_many: false, divisions: [], borders: [between, west, east], lines: [] }
const ring = (...points: LonLat[]) => areaM2([[points]])

describe('what a moved point gives and takes', () => {
  it('is what the polygons say, on both sides', () => {
    const found = gains(arcs, at(4, 1), at(4.5, 1.1))
    const before = ring(at(0, 0), at(4, 0), at(4, 1), at(4, 2), at(0, 2))
    const after = ring(at(0, 0), at(4, 0), at(4.5, 1.1), at(4, 2), at(0, 2))
    expect(found.get(0)).toBeCloseTo(after - before, 0)
    expect((found.get(0) ?? 0) + (found.get(1) ?? 0)).toBeCloseTo(0, 6)
  })
  it('is nothing in all where three meet', () => {
    const found = gains(arcs, at(4, 2), at(4.2, 2.3))
    const west0 = ring(at(0, 0), at(4, 0), at(4, 1), at(4, 2), at(0, 2))
    const west1 = ring(at(0, 0), at(4, 0), at(4, 1), at(4.2, 2.3), at(0, 2))
    expect(found.get(0)).toBeCloseTo(west1 - west0, 0)
    expect([...found.values()].reduce((sum, one) => sum + one, 0)).toBeCloseTo(0, 6)
    expect(neighbours(arcs, at(4, 2))).toEqual([at(4, 1), at(0, 2), at(8, 2)])
  })
  it('is the triangle where a point is put in', () => {
    const found = insertGains(between, [at(4, 0), at(4, 1)], at(4.1, 0.5))
    expect(found.get(0)).toBeCloseTo(ring(at(4, 0), at(4.1, 0.5), at(4, 1)), 3)
    expect(found.get(1)).toBe(-(found.get(0) ?? 0))
    expect(insertGains({ ...between, right: null }, [at(4, 0), at(4, 1)], at(4.1, 0.5)).size).toBe(1)
  })
})

describe('what may be taken hold of', () => {
  const half = arc([at(0, 0), at(1, 0), at(2, 0), at(3, 0)], 0, 1, { locked: [[0, 1]], nodes: [true, false] })
  it('is not what is surveyed, nor what ends beyond the window', () => {
    expect([0, 1, 2].map((v) => edgeLocked(half, v))).toEqual([true, false, false])
    expect([0, 1, 2, 3].map((v) => pointLocked(half, v))).toEqual([true, true, false, false])
    expect([isCut(half, 3), isCut(half, 0), isNode(half, 0), isNode(half, 3)]).toEqual([true, false, true, false])
    expect(allLocked(half)).toBe(false)
    expect(allLocked({ ...half, locked: [[0, 3]] })).toBe(true)
    const handles = handlesOf(half, [101, 24, 103, 26], 14) ?? []
    expect(handles.filter(({ what }) => what === 'vertex').map((one) => one.at)).toEqual([2])
    expect(handles.filter(({ what }) => what === 'middle').map((one) => one.at)).toEqual([1, 2])
    expect(placeLocked({ ...arcs, borders: [half] }, at(1, 0))).toBe(true)
  })
  it('is the point before the middle, and the nearest border within reach', () => {
    const handles = handlesOf(between, [101, 24, 103, 26], 12) ?? []
    expect(handleAt(handles, at(4, 1), 10, 12)).toMatchObject({ what: 'vertex', at: 1 })
    expect(handleAt(handles, at(4, 0.5), 10, 12)).toMatchObject({ what: 'middle', at: 0 })
    expect(nearest(arcs, at(2, 2.01), 10, 12)?.arc).toBe(west)
    expect(nearest(arcs, at(2, 9), 10, 12)).toBeNull()
    expect(arcOf(arcs, [at(4, 1), at(4, 0)])).toBe(between)
    expect(arcOf(arcs, [at(4, 1), at(5, 5)])).toBeNull()
  })
})

describe('old and new borders', () => {
  const side = (before: LonLat[] | null, after: LonLat[] | null): BorderSide => {
    const polygon = (points: LonLat[] | null) => (points ? { type: 'Polygon', coordinates: [[...points, points[0] ?? at(0, 0)]] as never } : null)
    return { id: 'x', label: null, code: null, level: null, etag: null, area_before_m2: 0, area_after_m2: 0, before: polygon(before), after: polygon(after) }
  }
  it('are only the edges that differ', () => {
    const found = changedEdges([side([at(0, 0), at(1, 0), at(1, 1)], [at(0, 0), at(2, 0), at(1, 1)])])
    expect(found.before[0]?.coordinates).toHaveLength(2)
    expect(found.after[0]?.coordinates).toHaveLength(2)
    expect(changedEdges([side([at(0, 0), at(1, 0), at(1, 1)], [at(1, 0), at(1, 1), at(0, 0)])])).toEqual({ before: [], after: [] })
  })
})

describe('centre lines', () => {
  it('are joined end to end, whichever way they run, and the nearest is taken', () => {
    const pieces = [[at(1, 0), at(0, 0)], [at(1, 0), at(2, 0)], [at(9, 9), at(8, 9)], [at(3, 0), at(2, 0)]]
    expect(joined(pieces).map((line) => line.length)).toEqual([4, 2])
    expect(lineAlong(pieces, [at(0, 0.1), at(2, 0.1)])).toHaveLength(4)
    expect(lineAlong([], [at(0, 0)])).toBeNull()
  })
})

it('writes areas to the square metre, and differences with their sign', () => {
  expect(km2(1_234_567.8)).toBe('1.234568')
  expect([change(12_345), change(-1_000_000), change(0.1)]).toEqual(['+0.012345', '−1.000000', '0.000000'])
})
