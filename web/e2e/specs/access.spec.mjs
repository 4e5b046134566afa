// Service circles: coverage read with its definition, a facility tried and taken back, a scenario kept and written as a
// file, sites sought and taken over.
import assert from 'node:assert/strict'
import { before, beforeEach, describe, it } from 'node:test'
import { Circles } from '../driver/access.mjs'
import { staying } from '../driver/sitting.mjs'

const BY = '王五'
const CLASS = 'meal_hall'

describe('service circles', () => {
  const here = staying({ path: `/access/now/${CLASS}` })
  let desk, work, worst
  before(async () => {
    const { rows } = (await here.office.send('POST', '/api/v1/services/coverage', { question: { class: CLASS }, with: ['uncovered'] })).uncovered
    worst = rows[0]
  })
  beforeEach(async () => {
    desk = here.desk
    work = new Circles(desk)
    await work.settled()
  })

  it('are read with their definition, both meanings apart, and by street against the target', async () => {
    const share = await work.share()
    assert.ok(share > 0 && share < 100, `${share} %`)
    assert.equal(await work.figure('households'), share)
    assert.ok((await work.figure('units')) >= 0)
    const definition = await desk.text('[data-test=access-definition]')
    assert.match(definition, /分钟|米/)
    assert.match(definition, /米\/秒|m\/s/)
    const bars = await work.bars()
    assert.ok(bars.length > 1, 'a bar for each street')
  })

  it('change with who walks, how long, and how it is measured; the address tells', async () => {
    const usual = await work.share()
    await work.answered(() => work.test('access-measure-straight').click(), ({ question }) => question.measure === 'straight')
    assert.ok((await work.share()) >= usual, 'the straight line is never below the network')
    await work.answered(() => work.test('access-measure-network').click(), ({ question }) => question.measure === 'network')
    await work.answered(() => work.test('access-minutes-5').click(), ({ question }) => question.minutes === 5)
    assert.ok((await work.share()) <= usual)
    assert.match(new URL(desk.page.url()).pathname, /meal_hall~5min$/)
    await work.answered(() => work.test('access-minutes-own').click(), ({ question }) => question.minutes === undefined)
    assert.equal(await work.share(), usual)
  })

  it('list who is beyond reach and lead there, with the way to the nearest', async () => {
    await work.test('access-uncovered').click()
    await work.test('uncovered').first().waitFor()
    await work.test('uncovered').first().locator('.link').click()
    await work.test('home-card').waitFor()
    const rows = await work.test('home-nearest').allInnerTexts()
    assert.ok(rows.length > 3, 'the nearest of each class')
    assert.ok(rows.some((row) => /[\d.]+ 分钟/.test(row)))
    await desk.press('Escape')
    await work.test('access-drawer').waitFor({ state: 'detached' })
  })

  it('rise with a facility that is tried, and fall when it is taken back', async () => {
    await work.turn('plan')
    await work.settled()
    const today = await work.share()
    await work.over(worst.place)
    await work.addInTheMiddle()
    assert.ok((await work.share()) > today, `${await work.share()} > ${today}`)
    assert.match(await desk.text('[data-test=access-gain]'), /\+[\d.]+ 个百分点/)
    await work.answered(() => desk.press('Control+z'), ({ question }) => !question.changes)
    assert.equal(await work.share(), today)
    await work.answered(() => work.test('access-redo').click(), ({ question }) => question.changes?.length === 1)
    assert.ok((await work.share()) > today)
  })

  it('are kept as a scenario, compared with today, and written as files', async () => {
    await work.tried(worst.place)
    await work.keep('新增一处', BY)
    const { scenarios } = await here.office.ask('/api/v1/services/scenarios')
    assert.equal(scenarios[0].title, '新增一处')
    assert.equal(scenarios[0].question.changes[0].kind, 'add')
    await work.test('scenario-tick').first().check()
    await work.test('scenario-compare').click()
    await work.test('compare').waitFor()
    assert.match(await desk.text('[data-test=compare]'), /现状[\s\S]*新增一处/)
    for (const [format, ending] of [['xlsx', /\.xlsx$/], ['geojson', /\.(geo)?json$/]]) assert.match((await work.download(format)).name, ending)
  })

  it('have sites sought as a job, with a bound, and taken over into a trial', async () => {
    await work.tried(worst.place)
    const today = await work.share()
    await work.turn('siting')
    await work.seek({ model: 'mclp', p: 1, by: BY, from: 'points' })
    assert.match(await desk.text('[data-test=siting-status]'), /已证明最优|尚未证明/)
    assert.match(await desk.text('[data-test=siting-bound]'), /\d/)
    assert.match(await desk.text('[data-test=siting-gap]'), /[\d.]+\s%/)
    const sites = await work.test('siting-site').count()
    assert.equal(sites, 1)
    const after = Number((await desk.text('[data-test=siting-after]')).replace(/\s*%/, ''))
    await work.answered(() => work.test('siting-apply').click(), ({ question }) => question.changes?.length > 0)
    assert.equal(await work.share(), after)
    assert.equal(after, today, 'the one candidate is the place that was tried')
  })
})
