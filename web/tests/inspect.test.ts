import { describe, expect, it } from 'vitest'
import type { Said, Task } from '../src/api/inspections'
import { fromPlane, toPlane } from '../src/figures/gauss'
import { readTyped } from '../src/inspect/place'
import { Position, whyNot } from '../src/inspect/position'
import { pictureOf, stateOf, symbolOf } from '../src/inspect/picture'
import { begun, changes, lacks, leftIn, toleranceOf, warnings } from '../src/inspect/record'
import { bearing, ordered, saidBy, sifted, windOf } from '../src/inspect/tasks'

const said = (more: Partial<Said>): Said => ({ id: '1', side: 'a', fields: {}, at: null, offset_m: null, tolerance_m: null, left: null, troubles: [], ...more })
const task = (more: Partial<Task>): Task => ({
  subject: 'marker', line: 'L', key: '001Q', name: '1号', lead: 'a', at: [102.7, 25], along_m: 0, done: null, condition: null, records: [], differences: [], ...more,
})

describe('plane coordinates', () => {
  it('come back from the plane to a tenth of a millimetre, across zones', () => {
    for (const [lon, lat] of [[102.704119, 25.0512], [100.5001, 3.2], [103.4999, 53.5], [126.1, 41.7], [117.4, 32.9]] as const) {
      const plane = toPlane(lon, lat)
      const back = plane && fromPlane(plane.x, plane.y)
      expect(back?.[0]).toBeCloseTo(lon, 8)
      expect(back?.[1]).toBeCloseTo(lat, 8)
    }
    expect(fromPlane(2_770_000, 500_000)).toBeNull()
  })
  it('are read in either order, and a zone is never guessed', () => {
    const { x, y } = toPlane(102.7, 25) ?? { x: 0, y: 0 }
    for (const text of [`X=${x.toFixed(3)} Y=${y.toFixed(3)}`, `${y.toFixed(3)}, ${x.toFixed(3)}`, `${x.toFixed(3)}，${y.toFixed(3)}`]) {
      const read = readTyped(text)
      expect('at' in read && read.at[0]).toBeCloseTo(102.7, 7)
      expect('at' in read && read.at[1]).toBeCloseTo(25, 7)
    }
    expect(readTyped('2766000.5 470123.4')).toEqual({ wrong: 'zone' })
    expect(readTyped('102°42′00″E 25°00′00″N')).toEqual({ at: [102.7, 25] })
    expect(readTyped('在大石头旁边')).toEqual({ wrong: 'form' })
  })
})

describe('tasks', () => {
  const one = task({ key: '001Q', along_m: 100 })
  const two = task({ key: '1', subject: 'segment', along_m: 50, at: [102.701, 25], course: [[102.71, 25], [102.7005, 25]], records: [said({ side: 'b' })], done: 'x' })
  const far = task({ key: '009Q', line: 'M', at: [102.9, 25], records: [said({ troubles: ['condition'] })], done: 'y' })
  it('stand along their lines in the order of the round, or by distance', () => {
    expect(ordered([far, one, two], 'along', ['L', 'M'], null).map((found) => found.task.key)).toEqual(['1', '001Q', '009Q'])
    expect(ordered([far, two, one], 'near', ['L', 'M'], [102.6999, 25]).map((found) => found.task.key)).toEqual(['001Q', '1', '009Q'])
    expect(ordered([two], 'near', ['L'], [102.7005, 25])[0]?.metres).toBeLessThan(0.01)
  })
  it('are sifted for a side; a record of both is of either', () => {
    expect(sifted([one, two, far], 'todo', 'a').map((found) => found.key)).toEqual(['001Q', '1'])
    expect(sifted([one, two, far], 'done', 'b').map((found) => found.key)).toEqual(['1'])
    expect(sifted([one, two, far], 'trouble', 'b').map((found) => found.key)).toEqual(['009Q'])
    expect(saidBy(task({ records: [said({ side: 'joint', id: 'j' })] }), 'b')?.id).toBe('j')
  })
  it('show a hollow stone until they are done', () => {
    expect([symbolOf(one, 'a'), stateOf(one, 'a')]).toEqual(['marker-single-unknown', 'todo'])
    const seen = task({ registered: 'faded', records: [said({ left: 'intact' })] })
    expect([symbolOf(seen, 'a'), stateOf(seen, 'a')]).toEqual(['marker-single-intact', 'done'])
    const { stones, segments } = pictureOf([one, two, far], 'b', 'segment/L/1')
    expect(stones.map((stone) => stone.state)).toEqual(['todo', 'todo'])
    expect(segments).toEqual([{ key: 'segment/L/1', state: 'done', chosen: true, course: two.course }])
  })
  it('lie in a direction', () => {
    expect(bearing([102, 25], [102, 26])).toBeCloseTo(0)
    expect(bearing([102, 25], [101, 25])).toBeCloseTo(270)
    expect([windOf(359), windOf(45), windOf(200)]).toEqual([0, 1, 4])
  })
})

describe('where one stands', () => {
  const standing = (lon: number, accuracy = 4) => ({ coords: { longitude: lon, latitude: 25, accuracy } }) as GeolocationPosition
  /** A device that, as Chromium does, answers nobody but the one who watches, while somebody watches. */
  class Device {
    watchers = new Map<number, PositionCallback>()
    lon = 102
    asked = 0
    refuses = 0
    getCurrentPosition(answer: PositionCallback, fail?: PositionErrorCallback | null): void {
      this.asked += 1
      if (this.refuses) fail?.({ code: this.refuses } as GeolocationPositionError)
      else if (this.watchers.size === 0) answer(standing(this.lon))
    }
    watchPosition(heard: PositionCallback): number {
      this.watchers.set(this.asked, heard)
      heard(standing(this.lon))
      return this.asked
    }
    clearWatch(id: number): void {
      this.watchers.delete(id)
    }
  }
  it('is told anew while it is followed, and the following goes on', async () => {
    const device = new Device()
    let clock = 0
    const position = new Position(device, () => clock)
    const heard: number[] = []
    position.follow(({ at }) => heard.push(at[0]), () => undefined)
    device.lon = 103
    expect((await position.once()).at).toEqual([102, 25])
    clock = 10_000
    expect(await position.once()).toEqual({ at: [103, 25], accuracy: 4, taken: 10_000 })
    expect([device.asked, heard, device.watchers.size]).toEqual([1, [102, 103], 1])
    position.stop()
    expect(device.watchers.size).toBe(0)
  })
  it('is not told where the browser does not', async () => {
    const device = new Device()
    device.refuses = 1
    expect(await new Position(device).once().catch(whyNot)).toBe('denied')
    expect(await new Position(null).once().catch(whyNot)).toBe('insecure')
    const failed: string[] = []
    new Position(null).follow(() => undefined, (why) => failed.push(why))
    expect(failed).toEqual(['insecure'])
  })
})

describe('a record', () => {
  it('is sent as what was answered, and later as what has changed', () => {
    const empty = begun(undefined, '2026-11-22', '张三')
    const now = { ...empty, found: 'yes' as const, condition: 'tilted', neighbour_names: '李四、王五', accuracy_m: '3.5' }
    expect(changes(empty, now, true)).toEqual({ inspected: '2026-11-22', inspectors: ['张三'], found: true, condition: 'tilted', neighbour_names: ['李四', '王五'], accuracy_m: 3.5 })
    const own = begun(said({ fields: { found: true, condition: 'tilted', neighbour_names: ['李四', '王五'] } }), '', '')
    expect(changes(own, { ...own, condition: '', neighbour_present: 'yes' }, false)).toEqual({ condition: null, neighbour_present: true })
  })
  it('is held against the tolerance of its device', () => {
    const rule = { gnss_m: 1, phone_m: 5 }
    expect([toleranceOf(rule, 'rtk', 0.03), toleranceOf(rule, 'phone', 3), toleranceOf(rule, 'phone', 12), toleranceOf(null, 'rtk', null)]).toEqual([1, 5, 12, null])
  })
  it('leaves the marker cured or as found', () => {
    expect(leftIn({ found: 'yes', condition: 'faded', action: 'repainted' })).toBe('intact')
    expect(leftIn({ found: 'yes', condition: 'damaged', action: 'repainted' })).toBe('damaged')
    expect(leftIn({ found: 'no', condition: '', action: '' })).toBe('lost')
  })
  it('says what it lacks', () => {
    const empty = begun(undefined, '2026-11-22', '')
    expect(lacks(empty, 'marker', '')).toEqual(['found', 'by'])
    expect(lacks({ ...empty, found: 'yes' }, 'marker', '张三')).toEqual(['condition'])
    expect(lacks({ ...empty, dispute_grade: 'high' }, 'segment', '张三')).toEqual(['recognisable', 'disputeText'])
    expect(warnings({ ...empty, found: 'yes', action: 'repaired' }, 'marker', null, ['repaired'])).toEqual(['neighbour', 'where'])
  })
})
