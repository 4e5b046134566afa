import { describe, expect, it } from 'vitest'
import { begun, NONE, pointAtGround, pointAtPicture, readPair, redo, step, undo, without } from '../src/scan/points'
import { moved, placeOf, spotAt, whole, zoomed } from '../src/scan/sight'
import { sorted, titleOf } from '../src/scan/files'

describe('points of a scan', () => {
  it('pairs a place of the picture with one of the ground, whichever comes first', () => {
    const one = pointAtGround(pointAtPicture(NONE, { column: 10, line: 20 }), 102.6, 25.1)
    expect(one).toEqual({ points: [{ column: 10, line: 20, x: 102.6, y: 25.1 }], spot: null, ground: null })
    const two = pointAtPicture(pointAtGround(one, 460000, 2770000, 'EPSG:4543'), { column: 5, line: 6 })
    expect(two.points[1]).toEqual({ column: 5, line: 6, x: 460000, y: 2770000, crs: 'EPSG:4543' })
    // pointed at anew before the other half came
    expect(pointAtPicture(pointAtPicture(NONE, { column: 1, line: 1 }), { column: 2, line: 2 }).spot).toEqual({ column: 2, line: 2 })
    expect(without(two, 0).points).toEqual([two.points[1]])
  })
  it('takes every step back and does it again', () => {
    const first = step(begun, pointAtPicture(begun.now, { column: 1, line: 2 }))
    const second = step(first, pointAtGround(first.now, 102, 25))
    expect(undo(second).now).toEqual(first.now)
    expect(undo(undo(second)).now).toEqual(NONE)
    expect(undo(begun)).toEqual(begun)
    expect(redo(undo(second)).now).toEqual(second.now)
    const other = step(undo(second), NONE)
    expect(redo(other)).toEqual(other)
  })
  it('stops at a hundred points', () => {
    const full = { ...NONE, points: Array.from({ length: 100 }, () => ({ column: 0, line: 0, x: 0, y: 0 })) }
    expect(pointAtPicture(full, { column: 1, line: 1 })).toBe(full)
  })
  it('reads two figures however they are written', () => {
    expect(readPair('460123.5, 2771234.25')).toEqual([460123.5, 2771234.25])
    expect(readPair('　460123.5，2771234.25 ')).toEqual([460123.5, 2771234.25])
    expect(readPair('460123.5')).toBeNull()
    expect(readPair('a b')).toBeNull()
    expect(readPair('1 2 3')).toBeNull()
  })
})

describe('a picture in its pane', () => {
  const [picture, pane] = [{ width: 4000, height: 2000 }, { width: 400, height: 400 }]
  it('is whole at first, and a place leads there and back', () => {
    const sight = whole(picture, pane)
    expect(sight).toEqual({ scale: 0.1, x: 0, y: 100 })
    expect(spotAt(sight, [200, 200], picture)).toEqual({ column: 2000, line: 1000 })
    expect(spotAt(sight, [200, 50], picture)).toBeNull()
    expect(placeOf(sight, { column: 2000, line: 1000 })).toEqual([200, 200])
  })
  it('keeps what is under the pointer while it zooms, and stays in sight', () => {
    const near = zoomed(whole(picture, pane), 4, [300, 250], picture, pane)
    expect(spotAt(near, [300, 250], picture)).toEqual({ column: 3000, line: 1500 })
    expect(zoomed(near, 1e9, [300, 250], picture, pane).scale).toBe(16)
    expect(zoomed(near, 1e-9, [300, 250], picture, pane).scale).toBeCloseTo(0.05)
    const gone = moved(near, 1e6, -1e6, picture, pane)
    expect([gone.x, gone.y]).toEqual([360, 40 - 2000 * near.scale])
  })
})

describe('files of a picture', () => {
  it('tells the picture from what says where it lies and from what does not belong', () => {
    const files = ['规划图.JGW', '规划图.jpg', '规划图.prj', '别的.jgw', '说明.txt', '第二张.png'].map((name) => ({ name }))
    const found = sorted(files)
    expect(found.picture?.name).toBe('规划图.jpg')
    expect(found.places.map(({ name }) => name)).toEqual(['规划图.JGW', '规划图.prj'])
    expect(found.others.map(({ name }) => name)).toEqual(['别的.jgw', '说明.txt', '第二张.png'])
    expect(sorted([{ name: 'a.txt' }]).picture).toBeNull()
    expect(titleOf('五华区.2020.tif')).toBe('五华区.2020')
  })
})
