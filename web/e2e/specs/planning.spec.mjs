// Communities: looked at, one that is too large split by the solver and by hand, accepted, and taken back.
import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { sitDown } from '../driver/desk.mjs'
import { Planning } from '../driver/planning.mjs'
import { leave, serving } from '../driver/sitting.mjs'

const ACT = { by: '王五', reason: '社区规模调整', document: '五政复〔2026〕8 号' }

describe('communities drawn anew', () => {
  const here = serving()
  let office, desk, work, largest
  before(async () => {
    office = here.office
    desk = await sitDown(here.server.address, '/zoning')
    work = new Planning(desk)
    const { streets } = await office.ask('/api/v1/zoning/scope')
    largest = streets.flatMap(({ communities }) => communities).sort((a, b) => (b.households ?? 0) - (a.households ?? 0))[0]
  })
  after(() => leave(desk))
  const communities = async () => (await office.ask('/ogc/collections/division/items?level=community&limit=1000&skipGeometry=true')).features

  it('are listed with what the checks find', async () => {
    await work.tick(largest.name)
    assert.match(await desk.text('[data-test=audit-total]'), /共 [\d,]+ 个社区，[\d,]+ 个有问题/)
    assert.ok(largest.findings.includes('C01'))
  })

  it('are split into parts within the band, with figures beside those of today', async () => {
    await work.draw({ kind: 'split', by: ACT.by })
    assert.equal(await work.figure('out_of_band'), '0')
    const zones = await work.zones()
    assert.ok(zones.length > 1 && zones.every(({ households }) => households >= 3000 && households <= 5000), JSON.stringify(zones))
    assert.equal(zones.reduce((sum, { households }) => sum + households, 0), largest.households)
    await desk.test('plan-present').click()
    assert.deepEqual((await work.zones()).map(({ households }) => households), [largest.households])
    await desk.test('plan-alternative-0').click()
  })

  it('are painted by hand with live figures, undone, finished by the solver and saved', async () => {
    const before = await work.zones()
    const [first] = before
    await work.paint(first.name, [[0.35, 0.35], [0.65, 0.65]])
    const painted = await work.zones()
    assert.notDeepEqual(painted, before)
    await desk.press('Control+z')
    await desk.page.waitForFunction((wanted) => [...document.querySelectorAll('[data-test=zone] b')].map((one) => Number(one.textContent.replaceAll(',', ''))).sort().join() === wanted, before.map(({ households }) => households).sort().join())
    await desk.test('zone-redo').click()
    const answered = desk.page.waitForResponse((response) => response.url().endsWith('/finish'))
    await desk.test('zone-finish').click()
    await answered
    await desk.test('zone-said').waitFor()
    assert.match(await desk.text('[data-test=zone-said]'), /全部合乎规模且连片/)
    await work.saveAs('街道意见稿', ACT.by)
  })

  it('are accepted as one change, and taken back as one', async () => {
    const { revision } = await office.register()
    const before = await communities()
    await work.accept(ACT)
    assert.equal((await office.register()).revision, revision + 1)
    const after = await communities()
    assert.ok(after.length > before.length, `${after.length} communities`)
    const [newest] = (await office.ask('/api/v1/log?limit=1')).entries
    assert.deepEqual([newest.by, newest.reason, newest.document], [ACT.by, ACT.reason, ACT.document])
    await desk.test('plan-look').click()
    await desk.test('change-set').waitFor()
    await desk.undoNewest({ by: ACT.by, reason: '方案退回' })
    await desk.undoIsDone()
    assert.equal((await communities()).length, before.length)
  })
})
