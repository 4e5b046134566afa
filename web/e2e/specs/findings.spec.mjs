// Findings of the checks: found, looked at on the map, repaired at one click, undone.
import assert from 'node:assert/strict'
import { rmSync } from 'node:fs'
import { after, before, describe, it } from 'node:test'
import { closeBrowser, sitDown } from '../driver/desk.mjs'
import { plantOverlap } from '../driver/planting.mjs'
import { Office } from '../driver/office.mjs'
import { serve } from '../driver/server.mjs'

const shots = process.env.E2E_SHOTS
const shot = async (desk, name) => { if (shots) await desk.page.screenshot({ path: `${shots}/${name}.png` }) }

describe('findings of the checks', () => {
  let planted, server, office, desk

  before(async () => {
    planted = await plantOverlap(process.env.E2E_DEMO)
    server = await serve(planted.planted)
    office = new Office(server.address)
  })
  after(async () => {
    await desk?.leave()
    await closeBrowser()
    await server?.stop()
    if (planted) rmSync(planted.folder, { recursive: true, force: true })
  })

  it('lists the planted overlap, filtered by a chip that can be taken away', async () => {
    desk = await sitDown(server.address, '/boundary/findings')
    await desk.test('finding').first().waitFor()
    const all = await desk.test('findings-total').innerText()
    await desk.test('findings-filter').click()
    await desk.test('pick-kind').selectOption('overlap')
    await desk.test('chip').waitFor()
    await desk.page.waitForFunction((old) => document.querySelector('[data-test=findings-total]')?.textContent !== old, all)
    assert.match(await desk.test('findings-total').innerText(), /1/)
    await shot(desk, 'findings-filter')
    await desk.test('findings-filter').click()
  })

  it('shows the rule, how sure its text is, the records and the place', async () => {
    await desk.test('finding').first().click()
    await desk.test('repair').waitFor()
    assert.match(await desk.test('finding-basis').innerText(), /条文/)
    const records = await desk.test('finding-record').allInnerTexts()
    for (const name of planted.names) assert.ok(records.some((text) => text.includes(name)), `${name} in ${records}`)
    const place = await desk.place()
    assert.ok(place?.[2] > 14, `zoomed in: ${place}`)
  })

  it('previews the repair with areas before and after, and makes it as one change set', async () => {
    await desk.test('repair-try').click()
    await desk.test('repair-preview').waitFor()
    const sides = await desk.test('repair-side').allInnerTexts()
    assert.ok(sides.length >= 1, sides.join('\n'))
    await desk.page.waitForTimeout(shots ? 2500 : 0)
    await shot(desk, 'findings-preview')
    const { revision } = await office.register()
    await desk.test('repair-by').fill('李四')
    await desk.test('repair-confirm').click()
    await desk.test('findings-none').waitFor()
    assert.equal((await office.register()).revision, revision + 1)
    const { total } = await office.ask('/api/v1/checks?kind=overlap')
    assert.equal(total, 0)
  })

  it('is undone like every change', async () => {
    await desk.page.locator('body').click({ position: { x: 5, y: 300 } })
    await desk.press('Control+z')
    await desk.test('finding').first().waitFor()
    const { total } = await office.ask('/api/v1/checks?kind=overlap')
    assert.equal(total, 1)
  })

  it('goes from one to the next with the arrow keys', async () => {
    await desk.test('chip').click()
    await desk.page.waitForFunction(() => document.querySelectorAll('[data-test=finding]').length > 1)
    await desk.test('finding').first().click()
    await desk.test('finding-open').waitFor()
    await desk.press('ArrowDown')
    await desk.page.waitForFunction(() => document.querySelectorAll('li.chosen').length === 1 && !document.querySelector('[data-test=finding]')?.closest('li')?.classList.contains('chosen'))
    await shot(desk, 'findings-walk')
    assert.deepEqual(desk.faults, [])
  })
})
