// Drawing on the map: new points, lines and areas, coordinates by hand, undo and redo, drafts, a phone.
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { sitDown } from '../driver/desk.mjs'
import { Drawing, HERE, SIGNED, by, near } from '../driver/drawing.mjs'
import { staying } from '../driver/sitting.mjs'

describe('drawing on the map', () => {
  let server, office, desk, pen
  const here = staying({ path: `/map?at=${HERE.join()},17`, ready: () => {
    ({ server, office, desk } = here)
    pen = new Drawing(desk)
  } })

  const geometryOf = async (hit) => (await office.record(hit)).geometry

  it('loads nothing for drawing before something is drawn', async () => {
    const loaded = () => desk.requests.filter((url) => /\/assets\/(draw|pen|DrawBench)-/.test(url)).length
    await pen.goTo(HERE)
    assert.equal(loaded(), 0)
    await pen.begin('facility')
    assert.ok(loaded() > 0)
  })

  it('places a new facility, moves it, undoes and redoes', async () => {
    await pen.goTo(HERE)
    await pen.begin('facility')
    await pen.snapping(false)
    const first = by(HERE, 20, -30)
    await pen.click(first)
    await pen.isOver() // one click is the whole drawing: the form is open
    await pen.write('name', '试验便民服务点')
    await pen.sign(SIGNED)
    await pen.save()
    const hit = await pen.opened('试验便民服务点')
    const placed = (await geometryOf(hit)).coordinates
    assert.ok(near(placed, first, 1), `${placed} is not at ${first}`)

    await pen.reshape()
    await pen.snapping(false)
    const second = by(placed, 25, 15)
    await pen.drag(placed, second)
    await pen.finish()
    await pen.save()
    const moved = (await geometryOf(hit)).coordinates
    assert.ok(near(moved, second, 1.5) && !near(moved, placed, 10), `${moved} is not at ${second}`)
    const [newest] = (await office.record(hit)).history
    assert.deepEqual([newest.by, newest.reason, newest.document, newest.geometry_changed, newest.fields.length], [SIGNED.by, SIGNED.reason, SIGNED.document, true, 0])

    await desk.press('Control+z')
    await desk.sees('已撤销“改“试验便民服务点”的图形”')
    assert.deepEqual((await geometryOf(hit)).coordinates, placed)
    await desk.press('Control+y')
    await desk.sees('已重做“改“试验便民服务点”的图形”')
    assert.deepEqual((await geometryOf(hit)).coordinates, moved)
    await desk.press('Control+z')
    await desk.page.waitForTimeout(1500)
    await desk.press('Control+z') // the facility itself
    await desk.sees('已撤销“新增服务设施”')
    await assert.rejects(geometryOf(hit), /404/)
  })

  it('asks for what is required before a new record is saved, and keeps its draft', async () => {
    await pen.goTo(HERE)
    await pen.begin('facility')
    await pen.click(by(HERE, 30, -30))
    await pen.isOver()
    await pen.sign(SIGNED)
    await desk.test('form-save').click()
    await desk.sees('必填，不能清空')
    await pen.write('address', '试验路 1 号')
    await desk.page.reload()
    await desk.mapIsDrawn()
    await desk.test('add-record').click()
    await desk.test('add-draft').first().click()
    await desk.test('fresh-drawer').waitFor()
    assert.equal(await desk.page.locator('#form-address').inputValue(), '试验路 1 号')
    await desk.test('form-discard').click()
    await desk.sees('确定放弃')
    await desk.test('form-discard').click()
    await desk.test('fresh-drawer').waitFor({ state: 'detached' })
  })

  it('draws an area with live figures, steps back and on, and closes it with Enter', async () => {
    await pen.goTo(HERE)
    await pen.begin('closed_or_green_area')
    await pen.snapping(false)
    const corners = [by(HERE, -40, -20), by(HERE, 20, -20), by(HERE, 20, -70), by(HERE, -40, -70)]
    for (const corner of corners) await pen.click(corner)
    assert.equal(await pen.vertices(), 4)
    assert.match(await pen.figures(), /面积 [\d,.]+ m²/)
    await desk.press('Backspace')
    assert.equal(await pen.vertices(), 3)
    await desk.press('Control+z')
    assert.equal(await pen.vertices(), 4)
    await desk.press('Control+z', 'Control+z')
    assert.equal(await pen.vertices(), 2)
    await desk.press('Control+y', 'Control+y')
    assert.equal(await pen.vertices(), 4)
    await desk.press('Enter')
    await pen.isOver()
    await pen.write('name', '试验绿地')
    await pen.sign(SIGNED)
    await pen.save()
    const hit = await pen.opened('试验绿地')
    const record = await office.record(hit)
    assert.ok(Math.abs(record.measures.area_m2 - 3000) < 90, `${record.measures.area_m2} m²`)
    assert.equal(record.geometry.coordinates[0][0].length, 5)
  })

  it('refuses an outline that crosses itself, and Esc leaves nothing behind', async () => {
    const { revision } = await office.register()
    await pen.goTo(HERE)
    await pen.begin('compound')
    await pen.snapping(false)
    for (const corner of [by(HERE, -40, -20), by(HERE, 20, -70), by(HERE, 20, -20), by(HERE, -40, -70)]) await pen.click(corner)
    await desk.press('Enter')
    await desk.sees('边线相交或重叠')
    assert.equal(await desk.test('draw-finish').isDisabled(), true)
    await desk.press('Control+z', 'Escape')
    assert.equal(await pen.vertices(), 0)
    await desk.press('Escape')
    await pen.isOver()
    assert.equal((await office.register()).revision, revision)
  })

  it('draws by the keyboard alone, with coordinates in both notations', async () => {
    await pen.goTo(HERE)
    await pen.begin('road')
    assert.equal(await desk.tabTo('draw-coordinates', 12), true)
    await desk.press('Enter')
    await desk.test('draw-table').waitFor()
    await pen.typePlace('102.7035, 25.0461')
    await pen.typePlace('102°42′16.2″E 25°02′46.32″N')
    await pen.typePlace('这里')
    await desk.sees('读不懂')
    await pen.pastePlaces('102.7050\t25.0462\n102.7055\t25.0466\n')
    assert.equal(await pen.vertices(), 4)
    assert.equal(await desk.tabTo('draw-finish', 40) || (await desk.test('draw-finish').focus(), true), true)
    await desk.press('Enter')
    await pen.isOver()
    await pen.write('name', '试验路')
    await pen.sign(SIGNED)
    await pen.save()
    const hit = await pen.opened('试验路')
    assert.deepEqual((await geometryOf(hit)).coordinates, [[[102.7035, 25.0461], [102.7045, 25.0462], [102.705, 25.0462], [102.7055, 25.0466]]])
  })

  it('works on a phone: the map has the screen while one draws', async () => {
    await desk.leave()
    here.desk = desk = await sitDown(server.address, `/map?at=${HERE[0]},${HERE[1]},17`, { phone: true })
    pen = new Drawing(desk)
    await desk.mapIsDrawn()
    await pen.quiet()
    await pen.begin('facility')
    await pen.quiet()
    const box = await desk.page.locator('.maplibregl-canvas').boundingBox()
    assert.ok(box.height > 600, `${box.height} px of map`)
    assert.equal(await desk.overflows(), false)
    assert.deepEqual(await desk.tooSmall(48, 15), [])
    const [x, y] = await pen.pixel(by(HERE, 10, -30))
    await desk.page.touchscreen.tap(x, y)
    await pen.isOver()
    await desk.test('fresh-drawer').waitFor()
    assert.equal(await desk.overflows(), false)
  })
})
