// Shapes changed on the map: vertices, snapping, copies and deletions, drafts, two people at the same shape.
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { sitDown } from '../driver/desk.mjs'
import { Drawing, HERE, SIGNED, by, estate, near } from '../driver/drawing.mjs'
import { staying } from '../driver/sitting.mjs'

describe('changing shapes on the map', () => {
  let server, office, desk, pen
  staying({ path: `/map?at=${HERE.join()},18`, ready: (here) => {
    ({ server, office, desk } = here)
    pen = new Drawing(desk)
  } })

  const geometryOf = async (hit) => (await office.record(hit)).geometry

  it('changes one vertex and leaves parts, holes and digits as they were', async () => {
    const at = by(HERE, -60, -60)
    const islands = {
      type: 'MultiPolygon',
      coordinates: [
        [[at, by(at, 60, 0), by(at, 60, 50), by(at, 0, 50), at], [by(at, 20, 15), by(at, 20, 30), by(at, 40, 30), by(at, 40, 15), by(at, 20, 15)]],
        [[by(at, 75, 0), by(at, 100, 0), by(at, 90, 25), by(at, 75, 0)]],
      ],
    }
    const hit = await estate(office, '群岛小区', at, islands)
    const before = await geometryOf(hit)
    await pen.open(hit, '群岛小区', HERE)
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
    const hit = await estate(office, '加点小区', at)
    await pen.open(hit, '加点小区', HERE)
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
    const other = await estate(office, '被捕捉小区', at)
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

  it('copies a record aside without its code, and deletes one with a reason', async () => {
    const hit = await estate(office, '原样小区', by(HERE, -60, -60))
    await office.change(hit, { code: 'X-1', address: '原样路 2 号' }, '备好')
    await pen.open(hit, '原样小区', HERE)
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
    await pen.open(await office.find('华山街道', 'division'), '华山街道', HERE)
    await desk.test('reshape').click()
    await desk.sees('界线与邻区共用')
    assert.equal(await pen.isUnderWay(), false)
    assert.equal(await desk.test('copy-record').count(), 0)
  })

  it('lets two people at the same shape settle it side by side', async () => {
    const at = by(HERE, -60, -60)
    const hit = await estate(office, '争议小区', at)
    await pen.open(hit, '争议小区', HERE)
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
    const hit = await estate(office, '草稿小区', at)
    await pen.open(hit, '草稿小区', HERE)
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
})
