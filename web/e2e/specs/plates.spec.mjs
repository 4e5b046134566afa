// Signs that are missing, plates numbered along a street, place codes that come back, and artwork of what is registered.
import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { sitDown } from '../driver/desk.mjs'
import { leave, serving } from '../driver/sitting.mjs'

const shots = process.env.E2E_SHOTS
const shot = async (desk, name) => { if (shots) await desk.page.screenshot({ path: `${shots}/${name}.png` }) }
const signed = async (desk, reason) => {
  await desk.test('act-by').fill('张三')
  await desk.test('act-reason').fill(reason)
  await desk.press('Enter')
}

describe('signs and plates', () => {
  const here = serving()
  let desk, office
  before(async () => {
    office = here.office
    desk = await sitDown(here.server.address, '/names/signs')
  })
  after(() => leave(desk))
  const total = async () => (await office.ask('/api/v1/signs/missing?limit=1')).total
  const grows = async (revision) => {
    const deadline = Date.now() + 30_000
    while ((await office.register()).revision === revision && Date.now() < deadline) await desk.page.waitForTimeout(200)
    assert.equal((await office.register()).revision, revision + 1)
  }

  it('proposes what is missing, and takes one and then those of a street', async () => {
    await desk.test('signs-total').waitFor()
    const before = await total()
    assert.ok(before > 1)
    assert.ok((await desk.text('[data-test=signs-total]')).includes(before.toLocaleString('en-US')))
    await desk.test('signs-choose').first().check()
    await desk.test('signs-one').first().click()
    await desk.page.waitForTimeout(1500)
    await shot(desk, 'signs')
    const { revision } = await office.register()
    await desk.test('signs-take').click()
    await signed(desk, '补设标志')
    await grows(revision)
    assert.equal(await total(), before - 1)
    const street = (await office.ask('/api/v1/signs/missing?limit=1')).features[0].properties.text
    const own = (await office.ask(`/api/v1/signs/missing?limit=1&street=${encodeURIComponent(street)}`)).total
    await desk.test('signs-street').fill(street)
    await desk.page.waitForFunction((count) => document.querySelectorAll('[data-test=signs-one]').length === count, own)
    await desk.test('signs-all').check()
    await desk.test('signs-take').click()
    await desk.test('signs-none').waitFor()
    assert.equal(await total(), before - 1 - own)
  })

  it('numbers a street, tells what the checks find, writes it and takes it back', async () => {
    await desk.test('names-plates').click()
    await desk.test('numbering-profile').waitFor()
    await desk.test('plates-find').fill('翠湖南路')
    await desk.test('plates-hit').first().click()
    await desk.test('plate').first().waitFor()
    await desk.page.locator('[data-test=plates] details summary').first().click()
    await desk.test('numbering-keep').uncheck()
    await desk.test('numbering-skip').fill('4、x')
    await desk.page.locator('[data-test=numbering-form] .note').waitFor()
    await desk.test('numbering-skip').fill('4、14')
    await desk.test('numbering-method').selectOption('distance')
    await desk.test('plates-commit').and(desk.page.locator(':enabled')).waitFor()
    await desk.page.waitForFunction(() => ![...document.querySelectorAll('[data-test=plate] b')].some((one) => /^(4|14)号/.test(one.textContent)))
    await desk.page.waitForTimeout(1500)
    await shot(desk, 'plates')
    const { revision } = await office.register()
    await desk.test('plates-commit').click()
    await grows(revision)
    await desk.press('Control+z')
    await grows(revision + 1)
  })

  it('shows the artwork of a plate and of a sign, to take along', async () => {
    for (const layer of ['door_plate', 'sign']) {
      const { features: [{ id }] } = await office.ask(`/ogc/collections/${layer}/items?f=json&limit=1`)
      await desk.page.goto(`${here.server.address}/names/plates?sel=${layer}/${id}`)
      await desk.test('artwork-picture').waitFor()
      await desk.page.waitForFunction(() => document.querySelector('[data-test=artwork-picture]')?.naturalWidth > 0)
      await shot(desk, `artwork-${layer}`)
      const href = await desk.test('artwork-pdf').getAttribute('href')
      const paper = await fetch(here.server.address + href)
      assert.equal(paper.headers.get('content-type'), 'application/pdf')
    }
  })

  it('gives places the codes that came back, and tells of rows that give none', async () => {
    const coded = (await office.ask('/ogc/collections/place/items?f=json&limit=50')).features.find(({ properties }) => properties.place_code && properties.name)
    const { etag } = await office.ask(`/api/v1/layers/place/records/${coded.id}`)
    await office.send('PATCH', `/api/v1/layers/place/records/${coded.id}`, { set: { place_code: null }, by: '李四', reason: '代码有误，待重新返回' }, { 'if-match': `"${etag.replaceAll('"', '')}"` })
    await desk.page.goto(`${here.server.address}/names/codes`)
    await desk.test('codes-total').waitFor()
    const { total: before, places: [place] } = await office.ask('/api/v1/names/codes/pending?limit=1')
    assert.ok((await desk.text('[data-test=codes-total]')).includes(before.toLocaleString('en-US')))
    const table = await fetch(here.server.address + (await desk.test('codes-out').getAttribute('href')))
    assert.equal(table.status, 200)
    const text = `id,standard_name,place_code\n${place.id},${place.name},5301020000012345\n,没有这个地方,5301020000012346\n`
    await desk.test('codes-file').setInputFiles({ name: '返回.csv', mimeType: 'text/csv', buffer: Buffer.from(text) })
    await desk.test('codes-read').waitFor()
    assert.ok(await desk.test('codes-refused').count() > 0)
    await shot(desk, 'codes')
    const { revision } = await office.register()
    await desk.test('codes-take').click()
    if (await desk.test('act-start').count()) await signed(desk, '国家地名信息库返回')
    await grows(revision)
    assert.equal((await office.ask('/api/v1/names/codes/pending?limit=1')).total, before - 1)
  })
})
