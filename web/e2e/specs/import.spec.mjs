// A file brought in through the page: dropped, looked at, told its coordinates, tried, written, undone.
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { csv, ImportWork } from '../driver/import.mjs'
import { sitting } from '../driver/sitting.mjs'

const HEAD = ['设施编号', '设施名称', '地址', '床位', '经度', '纬度', '物业电话']
const row = (number, beds = '32') => [`DX-${number}`, `滇西${number}号养老院`, `翠湖南路${number}号`, beds, (102.702 + number / 2000).toFixed(6), (25.043 + number / 3000).toFixed(6), `0871-6515${number}`]

describe('a file through the page', () => {
  let server, office, desk, work
  sitting({ path: '/import', ready: (here) => {
    ({ server, office, desk } = here)
    work = new ImportWork(desk)
  } })
  const countOf = async (layer) => (await office.register()).layers.find((one) => one.name === layer).count

  it('takes a table in GBK without a word on its coordinates, and takes it back', async () => {
    const before = await countOf('facility')
    await work.drop(csv('设施台账.csv', [HEAD, row(10), row(11), row(12, '约三十'), row(13)]))
    await work.contentStands()
    assert.match(await work.sample(), /滇西10号养老院/)
    await work.into('facility')
    await work.goOn()

    assert.ok((await work.guesses()).some((text) => text.includes('GCJ-02')))
    await work.coordinates('gcj02')
    await work.goOn()

    const mapping = await work.mapping()
    assert.match(mapping['设施名称'], /名称/)
    assert.match(mapping['床位'], /床位/)
    assert.equal(mapping['物业电话'], '保留为附加信息')
    await work.goOn()

    const counts = await work.counts()
    assert.equal(counts.new + counts.refused, 4)
    assert.ok((await work.findings()).some((text) => text.includes('约三十')))
    const changes = await work.changes()
    assert.ok(changes.some((text) => text.includes('滇西10号养老院')))
    await work.zoom('change')
    assert.ok((await desk.mapIsDrawn()) > 0.02)
    assert.equal(await countOf('facility'), before, 'a trial writes nothing')
    await work.goOn()

    await work.accept({ by: '赵六', reason: '设施台账首次入库', document: '五民〔2026〕9 号' })
    assert.match(await work.written(), /已入库/)
    assert.equal(await countOf('facility'), before + counts.new)
    const hit = await office.find('滇西11号养老院', 'facility')
    const { attributes } = await office.record(hit)
    assert.equal(attributes.beds, 32)

    await work.undo('台账版本不对')
    assert.match(await work.written(), /已撤销/)
    assert.equal(await countOf('facility'), before)
  })

  it('is left, found again among the unfinished, and discarded', async () => {
    await work.drop(csv('未办完.csv', [HEAD, row(20)]))
    await work.contentStands()
    await work.into('facility')
    await work.goOn()
    await work.coordinates('EPSG:4490')
    await work.goOn()
    await work.mapping()
    await desk.goTo('map')
    await desk.page.goto(`${server.address}/import`)
    await desk.test('unfinished').filter({ hasText: '未办完' }).waitFor()
    await work.takeUp('未办完')
    assert.equal((await work.counts()).new, 1)
    await work.discard()
    assert.ok(!(await work.unfinished()).some((text) => text.includes('未办完')))
  })

  it('maps a column by hand, and keeps the mapping as a profile for the next file', async () => {
    const strange = ['编号甲', '叫法', '经度', '纬度']
    const table = (number) => [strange, [`DY-${number}`, `东源${number}号食堂`, '102.71', '25.045']]
    await work.drop(csv('东源一.csv', table(1)))
    await work.contentStands()
    await work.into('facility')
    await work.goOn()
    await work.coordinates('EPSG:4490')
    await work.goOn()
    assert.equal((await work.mapping())['叫法'], '保留为附加信息')
    await work.map('叫法', 'name')
    await desk.test('profile-name-it').click()
    await desk.fill('profile-name', '东源月报')
    await desk.test('profile-keep').click()
    await desk.test('profile').waitFor()
    await work.goOn()
    assert.equal((await work.counts()).new, 1)

    await desk.test('import-another').click()
    await work.drop(csv('东源二.csv', table(2)))
    await work.contentStands()
    await desk.test('profile-use').click()
    await work.goOn()
    assert.match((await work.mapping())['叫法'], /名称/)
  })

  it('says what it cannot read, and keeps nothing', async () => {
    await work.drop({ name: '坏文件.zip', bytes: Uint8Array.from([0x50, 0x4b, 3, 4, 0, 1, 2, 3]) })
    await desk.test('upload-problem').waitFor()
    assert.match(await desk.test('upload-problem').innerText(), /读不出/)
  })
})
