import { describe, expect, it } from 'vitest'
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
