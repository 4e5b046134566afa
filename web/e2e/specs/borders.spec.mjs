// Borders of divisions changed on the map: both sides at once, surveyed ones not, cut, submitted and taken back.
import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { Borders, by } from '../driver/borders.mjs'
import { SIGNED } from '../driver/drawing.mjs'
import { sitDown } from '../driver/desk.mjs'
import { leave, serving } from '../driver/sitting.mjs'

const MIDDLE = [102.70412, 25.04723]

describe('borders changed on the map', () => {
  const here = serving()
  let office, desk, borders
  before(async () => {
    office = here.office
    desk = await sitDown(here.server.address, `/boundary/borders?at=${MIDDLE.join()},16`)
    borders = new Borders(desk, office)
    await desk.mapIsDrawn()
  })
  after(() => leave(desk))

  it('drags a border: what one side gains the other loses, submits it and takes it back', async () => {
    const { place } = await borders.pointBetween('township', '华山街道', '大观街道', MIDDLE)
    const [one, other] = [await office.find('华山街道', 'division'), await office.find('大观街道', 'division')]
    const before = [await borders.areaOf(one), await borders.areaOf(other)]
    await borders.open('township', place)
    assert.match(await borders.take(place), /华山街道|大观街道/)
    await borders.drag(place, by(place, 25, 18))
    await borders.edits(1)
    const gains = await borders.gains()
    assert.ok(Math.abs(gains['华山街道']) > 50, JSON.stringify(gains))
    assert.ok(Math.abs(gains['华山街道'] + gains['大观街道']) < 0.5, JSON.stringify(gains))
    await borders.submit(SIGNED)
    const after = [await borders.areaOf(one), await borders.areaOf(other)]
    assert.ok(Math.abs(after[0] - before[0] - gains['华山街道']) < 0.5)
    assert.ok(Math.abs(after[1] - before[1] - gains['大观街道']) < 0.5)
    const { entries } = await office.ask('/api/v1/log?limit=1')
    assert.deepEqual([entries[0].by, entries[0].document], [SIGNED.by, SIGNED.document])
    await desk.press('Control+z')
    await desk.sees('已撤销')
    assert.ok(Math.abs((await borders.areaOf(one)) - before[0]) < 0.01)
  })

  it('gathers several steps, takes one back and does it again', async () => {
    const { place } = await borders.pointBetween('township', '华山街道', '大观街道', MIDDLE)
    await borders.open('township', place)
    await borders.take(place)
    await borders.drag(place, by(place, 20, 10))
    await borders.edits(1)
    await borders.test('border-insert').first().click()
    await borders.edits(2)
    await borders.test('border-undo').click()
    await borders.edits(1)
    await borders.test('border-redo').click()
    await borders.edits(2)
    await desk.page.reload()
    await borders.edits(2)
    await borders.test('border-discard').click()
    await borders.edits(0)
    assert.equal((await office.ask('/api/v1/register')).revision, (await office.register()).revision)
  })

  it('does not move what is surveyed, and says why', async () => {
    const { arc, place } = await borders.pointBetween('county', '五华区', '西山区', MIDDLE)
    assert.deepEqual(arc.locked, [[0, arc.points.length - 1]])
    await borders.open('county', place)
    await borders.take(place)
    assert.match(await borders.test('border-locked').innerText(), /已勘定/)
    await borders.drag(place, by(place, 60, 0))
    assert.equal(await borders.test('border-edit').count(), 0)
    const fixed = borders.test('border-coordinate').first()
    assert.equal(await fixed.isDisabled(), true)
    // what is drawn near one of its corners lands on it
    await borders.tool('split')
    await borders.click(by(place, 3, 2))
    assert.equal(await borders.test('border-path-place').getAttribute('data-at'), place.join())
  })

  it('refuses what would tear, with the place, and keeps the rest of the draft', async () => {
    const { place } = await borders.pointBetween('township', '华山街道', '大观街道', MIDDLE)
    await borders.open('township', place)
    await borders.take(place)
    await borders.drag(place, by(place, 12, 8))
    await borders.edits(1)
    const field = desk.page.locator('[data-test=border-point].chosen [data-test=border-coordinate]')
    const [lon, lat] = by(place, 9_000, 9_000)
    await field.fill(`${lon}, ${lat}`)
    await field.press('Enter')
    assert.match(await borders.refusal(), /必须改/)
    await borders.edits(1)
  })

  it('cuts a community in two by a line across it', async () => {
    const found = await borders.arcs('community', MIDDLE, 0.05)
    // one beside what is surveyed: the line ends there, and the survey stays where it is
    const surveyed = new Set(found.borders.filter(({ locked }) => locked.length > 0).flatMap(({ left, right }) => [left, right]))
    const whole = found.divisions.find(({ id, area_m2 }, at) => id && surveyed.has(at) && area_m2 > 300_000 && area_m2 < 900_000)
    const { geometry } = await office.record({ layer: 'division', id: whole.id })
    const ring = (geometry.type === 'Polygon' ? geometry.coordinates : geometry.coordinates[0])[0]
    const [west, east] = [Math.min(...ring.map(([lon]) => lon)), Math.max(...ring.map(([lon]) => lon))]
    const middle = ring.reduce((sum, [, lat]) => sum + lat, 0) / ring.length
    await borders.open('community', [(west + east) / 2, middle], 15)
    await borders.tool('split')
    await borders.test('split-division').selectOption({ label: whole.label })
    await borders.draw([[west - 0.0005, middle], [(west + east) / 2, middle + 0.0004], [east + 0.0005, middle]])
    await borders.test('split-name').fill('试分社区')
    await borders.test('split-run').click()
    await borders.edits(1)
    const gains = await borders.gains()
    assert.ok(gains['试分社区'] > 1000, JSON.stringify(gains))
    assert.ok(Math.abs(gains['试分社区'] + gains[whole.label]) < 1, JSON.stringify(gains))
    await borders.submit(SIGNED)
    assert.equal((await office.find('试分社区', 'division')).label, '试分社区')
  })

  it('says so when others changed a side meanwhile', async () => {
    const { place } = await borders.pointBetween('township', '华山街道', '大观街道', MIDDLE)
    await borders.open('township', place)
    await borders.take(place)
    await borders.drag(place, by(place, 15, 10))
    await borders.edits(1)
    await office.change(await office.find('华山街道', 'division'), { remarks: '同时有人在改' }, '补记')
    await borders.test('border-stale').waitFor()
    assert.equal(await borders.test('border-submit').isDisabled(), true)
    await borders.test('border-again').click()
    await borders.test('border-stale').waitFor({ state: 'detached' })
    await borders.submit(SIGNED)
  })
})
