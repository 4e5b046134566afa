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

  it('are filtered by what they lack, in the list and in the table, which any column orders', async () => {
    const { streets } = await office.ask('/api/v1/zoning/scope')
    const small = streets.flatMap(({ communities }) => communities).filter(({ findings, households }) => findings.includes('C01') && households < 3000)
    await desk.test('fault-small').click()
    assert.equal(await desk.test('audit-row').count(), small.length)
    assert.equal(await desk.test('audit-community').count(), small.length)
    await desk.test('audit-by-households').click()
    assert.equal(await desk.page.locator('th[aria-sort=descending]').count(), 1)
    const figures = await desk.test('audit-row').evaluateAll((rows) => rows.map((row) => Number(row.cells[3].textContent.replace(/[^\d]/g, ''))))
    assert.deepEqual(figures, [...figures].sort((a, b) => b - a))
    assert.match(await desk.text('[data-test=audit-legend]'), /规模之内/)
    await desk.test('fault-small').click()
    await desk.test('fault-gap').click()
    assert.match(await desk.text('[data-test=audit-placed]'), /空白/)
    await desk.test('fault-gap').click()
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

  it('show who moves, from where to where, and how the limits run today', async () => {
    await work.see('moves')
    const flows = await work.flows()
    const moved = flows.reduce((sum, { households }) => sum + households, 0)
    assert.equal(String(moved), (await work.figure('moved_households')).replaceAll(',', ''))
    assert.ok(flows.every(({ from, to }) => from === largest.name && to !== from), JSON.stringify(flows))
    await desk.test('flow').first().click()
    assert.equal(await desk.test('flow').first().getAttribute('aria-pressed'), 'true')
    assert.match(await desk.text('[data-test=zoning-legend]'), /现在的界线/)
    await work.see('today')
    assert.deepEqual((await work.zones()).map(({ households }) => households), [largest.households])
    await work.see('plan')
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

describe('what cannot be', () => {
  const here = serving()
  let desk, work, one, compounds
  before(async () => {
    desk = await sitDown(here.server.address, '/zoning')
    work = new Planning(desk)
    const { streets } = await here.office.ask('/api/v1/zoning/scope')
    one = streets.flatMap(({ communities }) => communities).sort((a, b) => (b.households ?? 0) - (a.households ?? 0))[0]
    const page = await here.office.ask(`/ogc/collections/compound/items?limit=50&skipGeometry=true&community_code=${one.code}`)
    const names = page.features.map(({ properties }) => properties.name).filter(Boolean)
    compounds = names.filter((name) => names.filter((other) => other.includes(name)).length === 1).slice(0, 2)
  })
  after(() => leave(desk))

  it('is said while wishes are gathered, and proved when it is asked all the same', async () => {
    await work.tick(one.name)
    await work.form()
    await work.wish('together', compounds)
    await work.wish('apart', compounds)
    assert.match(await desk.text('[data-test=wish-clash]'), /既要放在一起又要分开/)
    await work.draw({ kind: 'split', by: ACT.by })
    await desk.test('proof').first().waitFor()
    assert.match(await desk.text('[data-test=plan-certificate]'), /互相矛盾/)
    await desk.test('proof-look').first().click()
    assert.match(await desk.text('[data-test=zoning-legend]'), /原因所在/)
  })

  it('is asked again with the wishes as they were, one dropped', async () => {
    await desk.test('proof-change').click()
    await desk.test('wish-clash').waitFor()
    assert.equal(await desk.test('plan-scope').innerText().then((text) => text.includes(one.name)), true)
    for (let left = 2; left > 0; left -= 1) await desk.test('wish-apart').locator('[data-test=wish-drop]').first().click()
    await work.draw({ by: ACT.by })
    assert.equal(await work.figure('out_of_band'), '0')
    assert.equal(await desk.test('plan-certificate').count(), 0)
  })

  it('tells the least that would help, and asks again with it', async () => {
    await desk.test('zoning-audit').click()
    await work.tick(one.name)
    await work.draw({ kind: 'split', by: ACT.by, zones: 1 })
    await desk.test('proof').first().waitFor()
    assert.match(await desk.text('[data-test=plan-certificate]'), /个数不可能/)
    await desk.test('proof-again').first().click()
    await desk.page.waitForFunction(() => Number(document.querySelector('[data-test=plan-zones-from]')?.value) > 1)
    await work.draw({ by: ACT.by })
    assert.equal(await work.figure('out_of_band'), '0')
  })
})

describe('grids', () => {
  const here = serving()
  let desk, work, town, campus
  before(async () => {
    const { office } = here
    desk = await sitDown(here.server.address, '/zoning')
    work = new Planning(desk)
    const areas = await office.ask('/ogc/collections/closed_or_green_area/items?kind=campus&limit=5')
    campus = areas.features[0]
    const [x, y] = campus.geometry.coordinates.flat(Infinity).reduce(([x, y, n], value, at) => (at % 2 ? [x, y + value, n] : [x + value, y, n + 1]), [0, 0, 0]).reduce((all, value, at, list) => (at < 2 ? [...all, value / list[2]] : all), [])
    const around = await office.ask(`/ogc/collections/division/items?level=community&bbox=${x},${y},${x},${y}&limit=5&skipGeometry=true`)
    town = around.features[0].properties.name
  })
  after(() => leave(desk))

  it('have large sites by themselves, named after them, and leave them out of the band', async () => {
    await work.tick(town)
    await work.form()
    await desk.test('plan-kind-grids').check()
    await desk.test('plan-grids').waitFor()
    assert.match(await desk.text('[data-test=plan-grids]'), /公园/)
    await work.draw({ by: ACT.by })
    const zones = await work.zones()
    assert.ok(zones.some(({ name }) => name.includes(campus.properties.name) && name.endsWith('专属')), JSON.stringify(zones.map(({ name }) => name)))
  })

  it('are drawn again without one that the office does not want so', async () => {
    await desk.test('zoning-audit').click()
    await work.tick(town)
    await work.form()
    await desk.test('plan-kind-grids').check()
    await work.wish('ordinary', [campus.properties.name])
    await work.draw({ by: ACT.by })
    assert.ok((await work.zones()).every(({ name }) => !name.includes(campus.properties.name)))
  })
})
