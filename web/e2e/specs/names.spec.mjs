// A name is proposed: findings as one types, the name that it meets on the map, a name that would pass, a decision.
import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { closeBrowser, sitDown } from '../driver/desk.mjs'
import { serve } from '../driver/server.mjs'
import { leave, serving } from '../driver/sitting.mjs'

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

describe('the desk of names', () => {
  const here = serving()
  let desk, office
  before(async () => {
    office = here.office
    desk = await sitDown(here.server.address, '/names/findings')
  })
  after(() => leave(desk))

  it('lists what the checks find of names, signs and plates, and nothing else', async () => {
    await desk.test('findings-total').waitFor()
    const { counts } = await office.ask('/api/v1/checks?limit=1')
    const own = Object.entries(counts).filter(([rule]) => /^[NSD]/.test(rule)).reduce((sum, [, count]) => sum + count, 0)
    assert.equal((await desk.text('[data-test=findings-total]')).replace(/[^\d]/g, ''), String(own))
    await desk.test('severity-error').click()
    await desk.page.waitForFunction(() => [...document.querySelectorAll('[data-test=finding]')].every((one) => one.textContent.includes('必须改')))
    await shot(desk, 'names-findings')
    await desk.test('severity-error').click()
  })

  it('reviews readings with the keyboard alone, saved as one change', async () => {
    const { revision } = await office.register()
    await desk.test('names-readings').click()
    await desk.test('readings-all').check()
    await desk.test('reading').first().waitFor()
    const [first] = (await office.ask('/api/v1/names/readings?which=all&limit=1')).names
    await desk.test('readings-list').focus()
    await desk.press('Enter')
    assert.equal(await desk.test('reading-confirmed').count(), 0, 'what is in doubt is not confirmed unseen')
    for (let left = first.uncertain.length; left > 0; left -= 1) await desk.press('2')
    const { uncertain: [doubt] } = first
    await desk.page.waitForFunction((said) => document.querySelector('[data-test=reading-candidate][aria-pressed=true]')?.textContent.includes(said), doubt.candidates[1])
    await desk.page.waitForFunction((before) => document.querySelector('[data-test=reading-spelling]')?.textContent !== before, first.spelling)
    await desk.press('Enter')
    await desk.test('reading-confirmed').waitFor()
    await shot(desk, 'names-readings')
    await desk.press('Control+Enter')
    await desk.test('act-by').fill('张三')
    await desk.test('act-reason').fill('读音审定')
    await desk.press('Enter')
    await desk.page.waitForFunction(() => document.querySelector('[data-test=readings-ready]')?.textContent.includes('0'))
    assert.equal((await office.register()).revision, revision + 1)
    const saved = (await office.ask(`/ogc/collections/name/items/${first.id}?f=json`)).properties
    assert.equal(saved.reading_reviewed, true)
    assert.notEqual(saved.pinyin_toned, first.spelling)
  })

  it('tells what a renaming would touch, by kind, on the map and as a workbook', async () => {
    await desk.test('names-place').click()
    await desk.test('place-find').fill('翠湖南路')
    await desk.test('place-hit').first().click()
    await desk.test('place-title').waitFor()
    await desk.test('rename-to').fill('翠湖文化路')
    await desk.test('rename-total').waitFor()
    const id = new URL(desk.page.url()).pathname.split('/').at(-1)
    const impact = await office.ask(`/api/v1/names/place/${id}/impact?to=${encodeURIComponent('翠湖文化路')}`)
    assert.ok(impact.total > 1)
    assert.match(await desk.text('[data-test=rename-total]'), new RegExp(impact.total.toLocaleString('en-US')))
    const [touch, count] = Object.entries(impact.counts).sort((a, b) => b[1] - a[1])[0]
    await desk.test(`touch-${touch}`).click()
    assert.equal(await desk.test('touched').count(), Math.min(100, count))
    assert.match(await desk.test('rename-xlsx').getAttribute('href'), /impact\/export\?to=/)
    await shot(desk, 'names-rename')
  })
})
