// Drawing on the map: new points, lines and areas, shapes changed and moved, snapping, coordinates by hand,
// undo and redo, drafts, two people at the same shape.
import assert from 'node:assert/strict'
import { after, afterEach, before, beforeEach, describe, it } from 'node:test'
import { closeBrowser, sitDown } from '../driver/desk.mjs'
import { Drawing } from '../driver/drawing.mjs'
import { Office } from '../driver/office.mjs'
import { serve } from '../driver/server.mjs'

/** In the demo district, where streets and estates are. */
const HERE = [102.70412, 25.04723]
const east = (at, metres) => [at[0] + metres / 100_900, at[1]]
const north = (at, metres) => [at[0], at[1] + metres / 110_800]
const by = (at, x, y) => north(east(at, x), y)
const near = (a, b, metres) => Math.hypot((a[0] - b[0]) * 100_900, (a[1] - b[1]) * 110_800) <= metres
const SIGNED = { by: '张三', reason: '实地核查', document: '五民〔2026〕12 号' }

describe('drawing on the map', () => {
  let server, office, desk, pen
  before(async () => {
    server = await serve(process.env.E2E_DEMO, '--demo')
    office = new Office(server.address)
  })
  after(async () => {
    await closeBrowser()
    await server?.stop()
  })
  beforeEach(async () => {
    desk = await sitDown(server.address)
    pen = new Drawing(desk)
  })
  afterEach(async () => {
    assert.deepEqual(desk.strangers(), [])
    assert.deepEqual(desk.faults, [])
    await desk.leave()
  })

  /** A new area beside what is there, over HTTP. */
  async function estate(name, corner, geometry) {
    const [lon, lat] = corner
    const ring = [[lon, lat], by(corner, 60, 0), by(corner, 60, 50), by(corner, 0, 50), [lon, lat]]
    const done = await office.send('POST', '/api/v1/changes', {
      by: '李四', reason: '备好', changes: [{ op: 'create', layer: 'compound', set: { name }, geometry: geometry ?? { type: 'Polygon', coordinates: [ring] } }],
    })
    return { layer: 'compound', id: done.changes[0].id }
  }
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

  it('changes one vertex and leaves parts, holes and digits as they were', async () => {
    const at = by(HERE, -60, -60)
    const islands = {
      type: 'MultiPolygon',
      coordinates: [
        [[at, by(at, 60, 0), by(at, 60, 50), by(at, 0, 50), at], [by(at, 20, 15), by(at, 20, 30), by(at, 40, 30), by(at, 40, 15), by(at, 20, 15)]],
        [[by(at, 75, 0), by(at, 100, 0), by(at, 90, 25), by(at, 75, 0)]],
      ],
    }
    const hit = await estate('群岛小区', at, islands)
    const before = await geometryOf(hit)
    await desk.openRecord(hit)
    await pen.reshape()
    await pen.snapping(false)
    assert.equal(await pen.vertices(), 11)
    const corner = by(at, 60, 50)
    const to = by(corner, 8, 6)
    await pen.drag(corner, to)
    await desk.press('Enter')
    await pen.isOver()
    await pen.sign(SIGNED)
    await pen.save()
    const after = await geometryOf(hit)
    assert.equal(after.type, 'MultiPolygon')
    assert.deepEqual(after.coordinates[0][1], before.coordinates[0][1], 'the hole')
    assert.deepEqual(after.coordinates[1], before.coordinates[1], 'the other part')
    const changed = after.coordinates[0][0].filter((one) => !before.coordinates[0][0].some((old) => old[0] === one[0] && old[1] === one[1]))
    assert.equal(changed.length, 1)
    assert.ok(near(changed[0], to, 1.5))
  })

  it('puts a vertex in by its middle handle and takes it out again', async () => {
    const at = by(HERE, -60, -60)
    const hit = await estate('加点小区', at)
    await desk.openRecord(hit)
    await pen.reshape()
    await pen.snapping(false)
    await pen.drag(by(at, 30, 0), by(at, 30, -12))
    assert.equal(await pen.vertices(), 5)
    await desk.page.locator('.maplibregl-canvas').focus()
    await desk.press('Delete')
    assert.equal(await pen.vertices(), 4)
    await desk.press('Control+z')
    assert.equal(await pen.vertices(), 5)
    await desk.test('draw-cancel').click()
    await pen.isOver()
    assert.equal(await desk.test('form-save').isDisabled(), true, 'nothing is changed after cancelling')
  })

  it('snaps to another thing’s vertex, to the last digit', async () => {
    const at = by(HERE, -60, -60)
    const other = await estate('被捕捉小区', at)
    const [, corner] = (await geometryOf(other)).coordinates[0][0].map((one) => one).sort((a, b) => b[0] - a[0] || b[1] - a[1])
    await pen.goTo(HERE)
    await pen.begin('gate')
    await pen.snapping(true)
    await pen.point(by(corner, 2, 1))
    await pen.quiet()
    await pen.click(by(corner, 2, 1))
    await pen.isOver()
    await pen.sign(SIGNED)
    await pen.save()
    const hit = await pen.opened()
    assert.deepEqual((await geometryOf(hit)).coordinates, corner)
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

  it('copies a record aside without its code, and deletes one with a reason', async () => {
    const hit = await estate('原样小区', by(HERE, -60, -60))
    await office.change(hit, { code: 'X-1', address: '原样路 2 号' }, '备好')
    await desk.openRecord(hit)
    await desk.sees('原样路 2 号')
    await desk.test('copy-record').click()
    await desk.test('fresh-drawer').waitFor()
    assert.equal(await desk.page.locator('#form-code').inputValue(), '')
    await pen.write('name', '照抄小区')
    await pen.sign(SIGNED)
    await pen.save()
    const copy = await pen.opened('照抄小区')
    const record = await office.record(copy)
    assert.equal(record.attributes.address, '原样路 2 号')
    assert.equal(record.attributes.code, undefined)
    assert.notDeepEqual(record.geometry, await geometryOf(hit))
    await desk.test('delete-record').click()
    await desk.test('delete-dialog').waitFor()
    await desk.fill('delete-reason', '重复登记')
    await desk.test('delete-confirm').click()
    await desk.sees('已删除“照抄小区”')
    await assert.rejects(geometryOf(copy), /404/)
    await desk.press('Control+z')
    await desk.sees('已撤销“删除“照抄小区””')
    assert.deepEqual(await geometryOf(copy), record.geometry)
  })

  it('says why a division is not changed here', async () => {
    await desk.openRecord(await office.find('华山街道', 'division'))
    await desk.test('reshape').click()
    await desk.sees('界线与邻区共用')
    assert.equal(await pen.isUnderWay(), false)
    assert.equal(await desk.test('copy-record').count(), 0)
  })

  it('lets two people at the same shape settle it side by side', async () => {
    const at = by(HERE, -60, -60)
    const hit = await estate('争议小区', at)
    await desk.openRecord(hit)
    await pen.reshape()
    await pen.snapping(false)
    const mine = by(at, 70, 60)
    await pen.drag(by(at, 60, 50), mine)
    await pen.finish()
    await pen.sign(SIGNED)
    // meanwhile, at another desk
    const theirs = { type: 'Polygon', coordinates: [[by(at, -10, 0), by(at, 60, 0), by(at, 60, 50), by(at, 0, 50), by(at, -10, 0)]] }
    const second = await sitDown(server.address)
    await second.openRecord(hit)
    await office.change(hit, {}, '另一处也在改', null, theirs)
    await second.leave()
    await desk.test('form-save').click()
    await desk.test('conflict').waitFor()
    await desk.test('shape-pair').waitFor()
    const text = await desk.text('[data-test=conflict]')
    assert.match(text, /图形/)
    await desk.test('all-mine').click()
    await desk.test('settle').click()
    await desk.test('record-form').waitFor({ state: 'detached' })
    const after = (await geometryOf(hit)).coordinates[0][0]
    assert.ok(after.some((one) => near(one, mine, 1.5)), JSON.stringify(after))
    const { history } = await office.record(hit)
    assert.deepEqual(history.slice(0, 2).map(({ by: who }) => who), ['张三', '李四'])
  })

  it('keeps a shape not saved when the browser is closed', async () => {
    const at = by(HERE, -60, -60)
    const hit = await estate('草稿小区', at)
    await desk.openRecord(hit)
    await pen.reshape()
    await pen.snapping(false)
    const to = by(at, -15, -10)
    await pen.drag(at, to)
    await desk.page.reload()
    await desk.recordOpens('草稿小区')
    await desk.test('draft').getByRole('button').click()
    await desk.sees('已改')
    await pen.sign(SIGNED)
    await pen.save()
    assert.ok((await geometryOf(hit)).coordinates[0][0].some((one) => near(one, to, 1.5)))
  })

  it('works on a phone: the map has the screen while one draws', async () => {
    await desk.leave()
    desk = await sitDown(server.address, `/map?at=${HERE[0]},${HERE[1]},17`, { phone: true })
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
