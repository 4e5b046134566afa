// A name is proposed: findings as one types, the name that it meets on the map, a name that would pass, a decision.
import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { closeBrowser, sitDown } from '../driver/desk.mjs'
import { serve } from '../driver/server.mjs'

const shots = process.env.E2E_SHOTS
const shot = async (desk, name) => { if (shots) await desk.page.screenshot({ path: `${shots}/${name}.png` }) }

describe('a proposed name', () => {
  let server, desk

  before(async () => {
    server = await serve(process.env.E2E_DEMO)
    desk = await sitDown(server.address, '/names')
  })
  after(async () => {
    await desk?.leave()
    await closeBrowser()
    await server?.stop()
  })
  const says = async (words) => {
    await desk.page.waitForFunction((text) => document.querySelector('[data-test=name-verdict]')?.textContent?.includes(text), words)
  }

  it('is checked as it is typed, and the name that it meets is opened', async () => {
    await desk.test('name-input').fill('北京路')
    await desk.test('name-class').selectOption('street')
    await says('必须改')
    const rules = await desk.test('name-finding').allInnerTexts()
    assert.ok(rules.some((text) => text.includes('N02') && text.includes('重名')), rules.join('\n'))
    await shot(desk, 'names-double')
    await desk.test('name-met').first().click()
    await desk.page.locator('.drawer').first().waitFor()
    await desk.press('Escape')
  })

  it('gives way to a name that would pass', async () => {
    const free = await desk.test('name-free').first().innerText()
    await desk.test('name-free').first().click()
    await says('可以使用')
    assert.equal(await desk.test('name-input').inputValue(), free)
    await shot(desk, 'names-free')
  })

  it('is settled by a decision with its reason and person', async () => {
    await desk.test('name-input').fill('万达路')
    await says('请确认')
    await desk.test('name-decide').first().click()
    const inputs = desk.page.locator('.decide input')
    await inputs.nth(0).fill('因万达村得名，与企业无特定联系')
    await inputs.nth(1).fill('张三')
    await desk.page.locator('.decide button').click()
    await says('可以使用')
    await desk.page.getByText('已认定：N10').waitFor()
    await shot(desk, 'names-decided')
  })
})
