// Lines and markers: found, derived, numbered and taken back, described in words, drawn as papers.
import assert from 'node:assert/strict'
import { after, before, beforeEach, describe, it } from 'node:test'
import { sitDown } from '../driver/desk.mjs'
import { LineWork } from '../driver/lines.mjs'
import { leave, serving } from '../driver/sitting.mjs'

describe('the lines of the district', () => {
  const here = serving()
  let office, desk, work
  before(async () => {
    office = here.office
    desk = await sitDown(here.server.address, '/boundary')
    work = new LineWork(desk)
  })
  beforeEach(() => work.begin())
  after(() => leave(desk))
  const ledger = async () => (await office.ask('/api/v1/boundary/ledger')).lines
  const withMarkers = async () => (await ledger()).find((line) => line.markers > 1 && line.code)

  it('are listed with length and findings, and found by words', async () => {
    const all = await ledger()
    assert.equal((await work.names()).length, all.length)
    const one = await withMarkers()
    await work.find(one.code)
    assert.deepEqual(await work.names(), [one.name])
    await work.find('没有这条线')
    assert.deepEqual(await work.names(), [])
  })

  it('show their markers in order, each with its coordinates and reference objects', async () => {
    const one = await withMarkers()
    await work.open(one.name)
    const page = await office.ask(`/api/v1/boundary/lines/${one.code}`)
    assert.equal(await desk.page.locator('[data-test=on-line]').count(), page.on_line.length)
    await desk.test('on-line').first().click()
    await desk.test('marker-section').waitFor()
    assert.match(await desk.text('[data-test=marker-dms]'), /°.*E .*N/)
    assert.match(await desk.text('[data-test=marker-plane]'), /X \d+\.\d{3}/)
  })

  it('are derived after a look at what would change, and that is undone', async () => {
    const one = await withMarkers()
    const hit = { layer: 'boundary_line', id: one.id }
    await office.change(hit, { measured_km: 1 }, '改乱')
    await desk.test('derive-open').click()
    await desk.test('derive-pane').waitFor()
    await desk.test('derive-level').selectOption(one.level)
    await desk.page.locator('[data-test=derive-row]', { hasText: one.name }).waitFor()
    const before = (await office.register()).revision
    await desk.test('derive-take').click()
    await work.sign('王五', '建立界线台账')
    await work.stands()
    assert.equal((await office.register()).revision, before + 1)
    assert.notEqual((await office.record(hit)).attributes.measured_km, 1)
    await desk.page.keyboard.press('Control+z')
    for (let turn = 0; turn < 40 && (await office.register()).revision < before + 2; turn += 1) await desk.page.waitForTimeout(250)
    assert.equal((await office.record(hit)).attributes.measured_km, 1)
  })

  it('have their markers numbered on the map and in a list, as one change', async () => {
    const one = await withMarkers()
    await work.open(one.name)
    await desk.test('number-open').click()
    await desk.test('number-pane').waitFor()
    await desk.test('number-first').fill('11')
    await desk.page.waitForFunction(() => [...document.querySelectorAll('[data-test=number-row] b')].some((row) => row.textContent.includes('011')))
    const proposed = await office.ask(`/api/v1/boundary/lines/${one.code}/numbering?first=11`)
    assert.equal(await desk.page.locator('[data-test=number-row]').count(), proposed.markers.length)
    const before = (await office.register()).revision
    await desk.test('number-take').click()
    await work.sign('王五', '界桩编号')
    await work.stands()
    assert.equal((await office.register()).revision, before + 1)
    const page = await office.ask(`/api/v1/boundary/lines/${one.code}`)
    assert.ok(page.on_line[0].number.includes('011'), page.on_line[0].number)
  })

  it('have an alignment in words, written down and compared with the map', async () => {
    const one = await withMarkers()
    await work.open(one.name)
    await work.unfold('走向说明')
    const { text, legs } = await office.ask(`/api/v1/boundary/lines/${one.code}/text`)
    assert.ok((await desk.text('[data-test=alignment-drawn]')).startsWith('自'))
    await desk.test('alignment-edit').click()
    const wrong = legs[0].direction === '东' ? text.replace('向东', '向西') : text.replace(`向${legs[0].direction}行`, '向东行')
    await desk.test('alignment-text').fill(wrong)
    await desk.test('alignment-by').fill('王五')
    await desk.test('alignment-reason').fill('补录走向说明')
    await desk.test('alignment-save').click()
    await desk.test('alignment-stored').waitFor()
    await desk.test('alignment-compare').click()
    assert.match(await desk.text('[data-test=alignment-table]'), /方位不同/)
  })

  it('become papers: the map on A3 and the sheet of a marker', async () => {
    const one = await withMarkers()
    await work.open(one.name)
    await work.unfold('界线附图')
    const map = await work.paper('line-sheet')
    assert.ok(map.bytes.subarray(0, 4).toString() === '%PDF' && map.name.includes('附图'), map.name)
    await desk.test('sheet-scale').selectOption('2000')
    await desk.test('line-sheet').click()
    await desk.page.locator('.special .trouble').waitFor()
    await desk.test('on-line').first().click()
    await desk.test('marker-section').waitFor()
    await work.unfold('界桩登记表')
    const card = await work.paper('card-docx')
    assert.ok(card.bytes.subarray(0, 2).toString() === 'PK' && card.name.endsWith('.docx'), card.name)
    await desk.test('card-empty').waitFor()
  })
})
