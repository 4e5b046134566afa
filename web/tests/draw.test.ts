import { describe, expect, it } from 'vitest'
import type { Geometry, LonLat } from '../src/api/types'
import { asGeometry, asJson, sameGeometry, shifted } from '../src/desk/geometry'
import { readPlace, readPlaces, writePlace } from '../src/figures/coordinates'
import { areaM2, distanceM, lengthM } from '../src/figures/geodesic'
import { after, begin, handedOver, opened, redo, step, undo, type Deed, type Sketch } from '../src/map/draw/edit'
import { ownGuides } from '../src/map/draw/guides'
import { MOST_HANDLES, grabbed, handlesOf, touches } from '../src/map/draw/handles'
import { figuresOf, marksOf } from '../src/map/draw/marks'
import { addHole, crossing, dropPath, fromGeometry, insertVertex, moveVertex, removeVertex, toGeometry, type Path, type Shape } from '../src/map/draw/shape'
import { catchAt, degreesPerPixel } from '../src/map/draw/snap'
import { freshId } from '../src/state/drawing'
import { clashes } from '../src/table/plan'

/** Two parts, the first with a hole. */
const islands: Geometry = {
  type: 'MultiPolygon',
  coordinates: [
    [[[0, 0], [10, 0], [10, 10], [0, 10], [0, 0]], [[2, 2], [2, 4], [4, 4], [4, 2], [2, 2]]],
    [[[20, 0], [30, 0], [25, 8], [20, 0]]],
  ],
}
const shapeOf = (geometry: Geometry): Shape => {
  const shape = fromGeometry(geometry)
  if (!shape) throw new Error('no shape')
  return shape
}
const area = (...rings: Path[]): Shape => ({ kind: 'area', parts: [rings] })
const run = (sketch: Sketch, ...deeds: Deed[]): Sketch => deeds.reduce(after, sketch)

describe('a shape', () => {
  it('comes back as it was, parts, holes and digits', () => {
    expect(toGeometry(shapeOf(islands), islands.type)).toEqual(islands)
    const digits: Geometry = { type: 'MultiLineString', coordinates: [[[102.704119283, 25.0512], [102.1, 25.123456789]]] }
    expect(toGeometry(shapeOf(digits), digits.type)).toEqual(digits)
    expect(toGeometry(shapeOf({ type: 'Point', coordinates: [1, 2] }))).toEqual({ type: 'Point', coordinates: [1, 2] })
    expect(toGeometry(shapeOf({ type: 'MultiPoint', coordinates: [[1, 2], [3, 4]] }), 'MultiPoint')).toEqual({ type: 'MultiPoint', coordinates: [[1, 2], [3, 4]] })
    expect(fromGeometry({ type: 'GeometryCollection', coordinates: [] })).toBeNull()
  })
  it('keeps the other parts and the holes when one vertex moves', () => {
    const moved = toGeometry(moveVertex(shapeOf(islands), { part: 0, ring: 0, at: 0 }, [-1, -1]), 'MultiPolygon')
    expect(moved?.coordinates).toEqual([
      [[[-1, -1], [10, 0], [10, 10], [0, 10], [-1, -1]], [[2, 2], [2, 4], [4, 4], [4, 2], [2, 2]]],
      [[[20, 0], [30, 0], [25, 8], [20, 0]]],
    ])
  })
  it('takes vertices in and out, and what has too few goes', () => {
    const shape = shapeOf(islands)
    expect(insertVertex(shape, { part: 1, ring: 0, at: 3 }, [22, 4]).parts[1]?.[0]).toEqual([[20, 0], [30, 0], [25, 8], [22, 4]])
    expect(removeVertex(shape, { part: 0, ring: 0, at: 1 })?.parts[0]?.[0]).toEqual([[0, 0], [10, 10], [0, 10]])
    // a triangle loses a vertex: the part goes; the last part stays
    const left = removeVertex(shape, { part: 1, ring: 0, at: 0 })
    expect(left?.parts.length).toBe(1)
    expect(dropPath(left ?? shape, 0, 0)).toBeNull()
    expect(dropPath(shape, 0, 1)?.parts[0]?.length).toBe(1)
  })
  it('puts a hole where it lies, and nowhere else', () => {
    expect(addHole(shapeOf(islands), [[24, 1], [26, 1], [25, 3]])?.parts[1]?.length).toBe(2)
    expect(addHole(shapeOf(islands), [[50, 1], [52, 1], [51, 3]])).toBeNull()
    expect(addHole(shapeOf(islands), [[3, 3], [3.5, 3], [3, 3.5]]), 'in a hole there is nothing').toBeNull()
  })
  it('knows where outlines cross, touch or fold', () => {
    expect(crossing(shapeOf(islands))).toBeNull()
    expect(crossing(area([[0, 0], [4, 4], [4, 0], [0, 4]]))).not.toBeNull()
    expect(crossing(area([[0, 0], [4, 0], [4, 4], [2, 0], [0, 4]])), 'a vertex on a side').not.toBeNull()
    expect(crossing(area([[0, 0], [4, 0], [2, 0], [2, 3]])), 'folded back').not.toBeNull()
    expect(crossing(area([[0, 0], [4, 0], [4, 4]], [[1, 0.5], [6, 0.5], [3, 1]])), 'a hole that runs out').not.toBeNull()
    expect(crossing(area([[2, 0], [0, 0], [1, 2], [1, 0]])), 'first and last fold').not.toBeNull()
    expect(crossing({ kind: 'line', parts: [[[[0, 0], [4, 4], [4, 0], [0, 4]]]] })).toBeNull()
    for (const ring of [[[0, 0], [4, 0], [2, 3]], [[0, 0], [4, 0], [4, 4], [0, 4]], [[0, 0], [2, 0], [4, 0], [4, 4], [3, 1]]] as Path[]) expect(crossing(area(ring))).toBeNull()
  })
  it('agrees with comparing every pair of sides', () => {
    let seed = 7
    const random = () => (seed = (seed * 16807) % 2147483647) / 2147483647
    const side = (a: LonLat, b: LonLat, c: LonLat) => (b[0] - a[0]) * (c[1] - a[1]) - (b[1] - a[1]) * (c[0] - a[0])
    let crossed = 0
    for (let round = 0; round < 400; round += 1) {
      const ring = Array.from({ length: 3 + Math.floor(random() * 5) }, (): LonLat => [random(), random()])
      const sides = ring.map((a, v) => [a, ring[(v + 1) % ring.length] ?? a] as const)
      const naive = sides.some(([a, b], i) => sides.some(([c, d], j) => j > i + 1 && !(i === 0 && j === sides.length - 1) && side(a, b, c) * side(a, b, d) < 0 && side(c, d, a) * side(c, d, b) < 0))
      expect(crossing(area(ring)) !== null, JSON.stringify(ring)).toBe(naive)
      if (naive) crossed += 1
    }
    expect(crossed).toBeGreaterThan(50)
  })
})

describe('a drawing', () => {
  const clicks: Deed[] = ([[0, 0], [4, 0], [4, 3]] as LonLat[]).map((at) => ({ do: 'place', at }))
  it('of an area is closed once it has three vertices', () => {
    const two = run(begin('area', null), ...clicks.slice(0, 2), { do: 'close' })
    expect(two.open?.path.length).toBe(2)
    expect(handedOver(two)).toBeNull()
    const closed = run(two, ...clicks.slice(2), { do: 'close' })
    expect(closed.open).toBeNull()
    expect(toGeometry(closed.shape)).toEqual({ type: 'Polygon', coordinates: [[[0, 0], [4, 0], [4, 3], [0, 0]]] })
  })
  it('of a point is one click, and another click moves it', () => {
    const placed = run(begin('point', null), { do: 'place', at: [1, 2] })
    expect(toGeometry(placed.shape)).toEqual({ type: 'Point', coordinates: [1, 2] })
    expect(toGeometry(run(placed, { do: 'place', at: [3, 4] }).shape)).toEqual({ type: 'Point', coordinates: [3, 4] })
  })
  it('takes back vertices, steps and the whole path, and makes them again', () => {
    let history = opened(begin('line', null))
    for (const deed of clicks) history = step(history, deed)
    history = step(history, { do: 'back' })
    expect(history.now.open?.path.length).toBe(2)
    history = undo(undo(history))
    expect(history.now.open?.path.length).toBe(2)
    expect(history.future.length).toBe(2)
    history = redo(redo(redo(history)))
    expect(history.now.open?.path.length).toBe(2)
    history = step(undo(history), { do: 'place', at: [9, 9] })
    expect(history.future).toEqual([])
    expect(history.now.open?.path.length).toBe(4)
    history = step(history, { do: 'giveUp' })
    expect(history.now.open?.path).toEqual([])
    expect(undo(history).now.open?.path.length).toBe(4)
    while (history.past.length > 0) history = undo(history)
    expect(history.now).toEqual(begin('line', null))
  })
  it('counts no step for what changes nothing, and none for choosing', () => {
    const history = opened(begin('area', islands))
    expect(step(history, { do: 'place', at: [1, 1] })).toBe(history)
    expect(step(history, { do: 'back' })).toBe(history)
    expect(step(history, { do: 'choose', spot: { part: 0, ring: 0, at: 1 } }).past).toEqual([])
  })
  it('adds a part and a hole to what is there', () => {
    const more = run(begin('area', islands), { do: 'begin', hole: false }, ...([[40, 0], [44, 0], [44, 3]] as LonLat[]).map((at): Deed => ({ do: 'place', at })), { do: 'close' })
    expect(more.shape.parts.length).toBe(3)
    const holed = run(more, { do: 'begin', hole: true }, ...([[6, 6], [8, 6], [8, 8]] as LonLat[]).map((at): Deed => ({ do: 'place', at })), { do: 'close' })
    expect(holed.shape.parts[0]?.length).toBe(3)
    expect(run(holed, { do: 'drop', part: 0, ring: 2 }).shape).toEqual(more.shape)
  })
  it('moved as a whole keeps its form', () => {
    const moved = run(begin('area', islands), { do: 'shift', by: [1, -1] })
    expect(moved.shape.parts[0]?.[1]).toEqual([[3, 1], [3, 3], [5, 3], [5, 1]])
  })
  it('takes coordinates written for a whole path, but not too few', () => {
    const sketch = begin('area', islands)
    expect(run(sketch, { do: 'write', part: 1, ring: 0, path: [[1, 1], [2, 2]] })).toBe(sketch)
    expect(run(sketch, { do: 'write', part: 1, ring: 0, path: [[1.00000000049, 1], [2, 1], [2, 2]] }).shape.parts[1]?.[0]).toEqual([[1, 1], [2, 1], [2, 2]])
  })
})

describe('handles', () => {
  const view = [-5, -5, 40, 20] as [number, number, number, number]
  it('stand on vertices and in the middle of sides', () => {
    const { handles } = handlesOf(begin('area', islands), view, 6)
    expect(handles.filter(({ what }) => what === 'vertex').length).toBe(11)
    expect(handles.some(({ what, at, spot }) => what === 'middle' && at[0] === 5 && at[1] === 0 && spot.at === 1)).toBe(true)
    // the side that closes the ring has its middle too, and a vertex put there comes last
    expect(handles.some(({ what, at, spot }) => what === 'middle' && at[0] === 0 && at[1] === 5 && spot.at === 4)).toBe(true)
  })
  it('are grabbed within reach, a vertex before a middle', () => {
    const { handles } = handlesOf(begin('area', islands), view, 6)
    const pixel = degreesPerPixel(6)
    expect(grabbed(handles, [10 + 5 * pixel, 0], 8, 6)?.spot).toEqual({ part: 0, ring: 0, at: 1 })
    expect(grabbed(handles, [10 + 9 * pixel, 0], 8, 6)).toBeNull()
  })
  it('are left out where they would be too many', () => {
    const ring = Array.from({ length: MOST_HANDLES + 1 }, (_, v): LonLat => [Math.cos((v / (MOST_HANDLES + 1)) * 6.283), Math.sin((v / (MOST_HANDLES + 1)) * 6.283)])
    const found = handlesOf({ shape: area(ring), open: null, chosen: null }, view, 6)
    expect(found).toEqual({ handles: [], tooMany: true })
  })
  it('an area is dragged by its inside, not by its hole', () => {
    const sketch = begin('area', islands)
    expect(touches(sketch, [8, 8], 5, 6)).toBe(true)
    expect(touches(sketch, [3, 3], 5, 6)).toBe(false)
    expect(touches(begin('line', { type: 'LineString', coordinates: [[0, 0], [10, 0]] }), [5, 2 * degreesPerPixel(6)], 5, 6)).toBe(true)
  })
})

describe('snapping', () => {
  const road: Path = [[102.7, 25.05], [102.701234567, 25.051234567], [102.71, 25.05]]
  const guides = [{ path: road, of: 'road/a' }]
  const pixel = degreesPerPixel(16)
  it('takes a vertex to the last digit', () => {
    expect(catchAt([102.701234567 + 6 * pixel, 25.051234567], guides, 10, 16)).toEqual({ at: [102.701234567, 25.051234567], on: 'vertex', of: 'road/a' })
  })
  it('takes the nearest point of a side where no vertex is near', () => {
    const found = catchAt([102.7005, 25.0505 + 4 * pixel], guides, 10, 16)
    expect(found?.on).toBe('edge')
    const [lon, lat] = found?.at ?? [0, 0]
    expect(Math.abs((lon - 102.7) / (102.701234567 - 102.7) - (lat - 25.05) / (25.051234567 - 25.05))).toBeLessThan(1e-5)
  })
  it('prefers a vertex in reach to a side that is nearer', () => {
    expect(catchAt([102.7 + 5 * pixel, 25.05 + 5 * pixel], guides, 10, 16)?.on).toBe('vertex')
  })
  it('is caught by nothing outside the tolerance, or where there is nothing', () => {
    expect(catchAt([102.7005, 25.052], guides, 10, 16)).toBeNull()
    expect(catchAt([102.7005, 25.052], [], 10, 16)).toBeNull()
  })
  it('agrees with trying every place along the lines', () => {
    let seed = 3
    const random = () => (seed = (seed * 16807) % 2147483647) / 2147483647
    const lines = Array.from({ length: 6 }, () => ({ of: 'x', path: Array.from({ length: 4 }, (): LonLat => [102.7 + random() / 500, 25.05 + random() / 500]) }))
    const metric = (a: LonLat, b: LonLat) => Math.hypot((a[0] - b[0]) / pixel, (a[1] - b[1]) / (pixel * Math.cos((b[1] * Math.PI) / 180)))
    let caught = 0
    for (let round = 0; round < 300; round += 1) {
      const at: LonLat = [102.7 + random() / 500, 25.05 + random() / 500]
      let [vertex, edge] = [Infinity, Infinity]
      for (const { path } of lines) {
        path.forEach((b, v) => {
          vertex = Math.min(vertex, metric(b, at))
          const a = path[v - 1]
          if (a) for (let s = 0; s <= 200; s += 1) edge = Math.min(edge, metric([a[0] + (s / 200) * (b[0] - a[0]), a[1] + (s / 200) * (b[1] - a[1])], at))
        })
      }
      const found = catchAt(at, lines, 10, 16)
      if (vertex <= 10) expect(found?.on).toBe('vertex')
      else if (edge <= 9.5) expect(found?.on).toBe('edge')
      else if (edge > 10.5) expect(found).toBeNull()
      if (found) {
        caught += 1
        expect(metric(found.at, at)).toBeLessThanOrEqual((vertex <= 10 ? vertex : edge) + 0.6)
      }
    }
    expect(caught).toBeGreaterThan(50)
  })
  it('is not held by the path of the vertex in hand', () => {
    expect(ownGuides(shapeOf(islands), { part: 0, ring: 0, at: 1 }).length).toBe(2)
    expect(ownGuides(shapeOf(islands), null).map(({ path }) => path.length)).toEqual([5, 5, 4])
  })
})

describe('figures of a drawing', () => {
  it('lengths agree with known geodesics', () => {
    // one degree along the equator and along the meridian from it (CGCS2000)
    expect(distanceM([0, 0], [1, 0])).toBeCloseTo(111319.491, 2)
    expect(distanceM([0, 0], [0, 1])).toBeCloseTo(110574.389, 2)
    expect(distanceM([102, 25], [102, 25])).toBe(0)
    expect(lengthM([[0, 0], [1, 0], [1, 1]])).toBeCloseTo(111319.491 + 110574.389, 2)
    expect(lengthM([[0, 0], [1, 0]], true)).toBeCloseTo(2 * 111319.491, 2)
  })
  it('areas agree with the ellipsoid, holes taken out', () => {
    // an eighth of the whole ellipsoid, 510 065 621 724 088 m²; a square degree with geodesic sides, which differ a little from ours
    expect(Math.abs((8 * areaM2([[[[0, 0], [90, 0], [90, 90], [0, 90]]]])) / 510065621724088 - 1)).toBeLessThan(1e-9)
    expect(Math.abs(areaM2([[[[0, 0], [1, 0], [1, 1], [0, 1]]]]) / 12308778361 - 1)).toBeLessThan(1e-4)
    const square: Path = [[102.7, 25], [102.701, 25], [102.701, 25.001], [102.7, 25.001]]
    const whole = areaM2([[square]])
    expect(whole / (distanceM([102.7, 25.0005], [102.701, 25.0005]) * distanceM([102.7, 25], [102.7, 25.001])) - 1).toBeLessThan(1e-6)
    const hole: Path = [[102.7, 25], [102.7005, 25], [102.7005, 25.001], [102.7, 25.001]]
    expect(areaM2([[square, hole]]) / whole).toBeCloseTo(0.5, 6)
  })
  it('count the place under the pointer', () => {
    const open = run(begin('line', null), { do: 'place', at: [0, 0] })
    expect(figuresOf(open, [1, 0]).length).toBeCloseTo(111319.491, 2)
    expect(figuresOf(open, null).length).toBe(0)
    expect(marksOf(open, [], [1, 0], null).map(({ role }) => role)).toEqual(['rubber'])
  })
})

describe('coordinates as they are written', () => {
  const place: LonLat = [102.704119, 25.0512]
  it.each([
    '102.704119, 25.051200', '102.704119 25.0512', '25.0512,102.704119', 'E102.704119 N25.0512', '25.0512N 102.704119E', '１０２.704119，25.0512', '东经102.704119度，北纬25.0512度',
    '102°42′14.8284″E 25°03′04.32″N', '25°03′04.32″N 102°42′14.8284″E', `102°42'14.8284" 25°3'4.32"`, '102°42\'14.8284\'\'，25°3\'4.32\'\'', '102度42分14.8284秒 25度3分4.32秒', '东经102°42′14.8284″ 北纬25°3′4.32″', '102 42 14.8284 25 3 4.32', '北纬25°3.072′ 东经102°42.24714′',
  ])('reads %s', (text) => {
    const read = readPlace(text)
    expect('at' in read && Math.abs(read.at[0] - place[0]) < 1e-8 && Math.abs(read.at[1] - place[1]) < 1e-8, JSON.stringify(read)).toBe(true)
  })
  it('knows south and west', () => {
    expect(readPlace('70°30′W 33°S')).toEqual({ at: [-70.5, -33] })
    expect(readPlace('-70.5 -33')).toEqual({ at: [-70.5, -33] })
  })
  it.each(['', '102.7', 'abc', '102.7 25 3', '25N 26N', '102°61′ 25°'])('does not read %s', (text) => {
    expect(readPlace(text)).toEqual({ wrong: 'form' })
  })
  it('says what lies outside the world', () => {
    expect(readPlace('202.7, 25.1')).toEqual({ wrong: 'range' })
  })
  it('reads what it writes', () => {
    expect(readPlace(writePlace(place, 'degrees'))).toEqual({ at: place })
    const dms = readPlace(writePlace(place, 'dms'))
    expect('at' in dms && distanceM(dms.at, place)).toBeLessThan(0.003)
  })
  it('reads many lines and names those it cannot read', () => {
    expect(readPlaces('102.7\t25.1\n\n102.8\t25.2\r\nx')).toEqual({ at: [[102.7, 25.1], [102.8, 25.2]], wrong: [{ line: 4, why: 'form' }] })
  })
})

describe('geometries among values', () => {
  const square: Geometry = { type: 'Polygon', coordinates: [[[0, 0], [1, 0], [1, 1], [0, 0]]] }
  it('are the same but for direction, last digits and multi', () => {
    expect(sameGeometry(square, { type: 'MultiPolygon', coordinates: [[[[0, 0], [1, 1], [1, 0], [0, 0]]]] })).toBe(true)
    expect(sameGeometry(square, { type: 'Polygon', coordinates: [[[0, 0], [1, 0], [1, 1.000000005], [0, 0]]] })).toBe(true)
    expect(sameGeometry(square, { type: 'Polygon', coordinates: [[[0, 0], [1, 0], [1, 1.0000001], [0, 0]]] })).toBe(false)
    expect(sameGeometry(square, { type: 'LineString', coordinates: [[0, 0], [1, 0]] })).toBe(false)
    expect(sameGeometry(null, square)).toBe(false)
    expect(sameGeometry(null, null)).toBe(true)
    expect(asGeometry(asJson(square))).toEqual(square)
    expect(asGeometry('x')).toBeNull()
  })
  it('clash where another person drew otherwise', () => {
    const edit = { layer: 'compound', id: 'a', base: { geometry: asJson(square) }, mine: { geometry: asJson(shifted(square, [1, 1])) } }
    expect(clashes(edit, { geometry: { type: 'MultiPolygon', coordinates: [[[[0, 0], [1, 1], [1, 0], [0, 0]]]] } })).toEqual([])
    expect(clashes(edit, { geometry: asJson(shifted(square, [2, 0])) }).map(({ name }) => name)).toEqual(['geometry'])
    expect(clashes(edit, { geometry: asJson(shifted(square, [1, 1])) })).toEqual([])
  })
  it('are copied aside', () => {
    expect(shifted({ type: 'Point', coordinates: [1, 2] }, [0.5, -0.5])).toEqual({ type: 'Point', coordinates: [1.5, 1.5] })
  })
})

describe('ids of new records', () => {
  it('are ULIDs in the order of their time', () => {
    expect(freshId()).toMatch(/^[0-7][0-9A-HJKMNP-TV-Z]{25}$/)
    expect(freshId(1469918176385).slice(0, 10)).toBe('01ARYZ6S41')
    expect(freshId(2) > freshId(1)).toBe(true)
  })
})
