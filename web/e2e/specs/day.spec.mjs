// A day of work with the network unplugged: a table in GBK comes in, its cells are put right by paste from a workbook
// of LibreOffice, the workbook itself comes back, what was wrong is undone; two people meet at one record.
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { describe, it } from 'node:test'
import { sitDown } from '../driver/desk.mjs'
import { csv, ImportWork } from '../driver/import.mjs'
import { leave, sitting } from '../driver/sitting.mjs'
import { TableWork } from '../driver/table.mjs'

const fixture = (name) => readFileSync(new URL(`../fixtures/${name}`, import.meta.url))
const HEAD = ['设施编号', '叫什么', '床位', '经度', '纬度', '物业电话']
const ROWS = [
  ['DX-101', '滇西一号养老院', '32', '102.702100', '25.043100', '0871-65150001'],
  ['DX-102', '滇西二号养老院', '四十', '102.703200', '25.043900', '0871-65150002'],
  ['DX-103', '滇西三号养老院', '25', '102.704300', '25.044600', '0871-65150003'],
  ['DX-104', '滇西四号养老院', '18', '102.705400', '25.045200', ''],
]
const ACT = { by: '赵六', reason: '年度台账', document: '五民〔2026〕21 号' }

describe('a day of work, the network unplugged', () => {
  let server, office, desk
  const here = sitting({ path: '/import', ready: async () => {
    ({ server, office, desk } = here)
    await desk.unplug()
  } })
  const countOf = async () => (await office.register()).layers.find((one) => one.name === 'facility').count
  const facility = async (name) => (await office.record(await office.find(name, 'facility'))).attributes

  it('goes from a table in GBK to the register, through a workbook of LibreOffice, and back', async () => {
    const before = await countOf()

    // Morning: the table is dropped, looked at, mapped, the question of its coordinates answered, accepted.
    const work = new ImportWork(desk)
    await work.drop(csv('滇西养老院.csv', [HEAD, ...ROWS]))
    await work.contentStands()
    assert.match(await work.sample(), /滇西一号养老院/)
    await work.into('facility')
    await work.goOn()
    assert.ok((await work.guesses()).length > 1)
    await work.coordinates('gcj02')
    await work.goOn()
    assert.equal((await work.mapping())['叫什么'], '保留为附加信息')
    await work.map('叫什么', 'name')
    await work.sayForAll('remarks', '街道报送')
    await work.goOn()
    assert.deepEqual(await work.counts(), { new: 4, changed: 0, unchanged: 0, refused: 0 })
    const told = await work.findings()
    assert.ok(told.some((text) => text.includes('四十')), told.join('\n'))
    await work.goOn()
    await work.accept(ACT)
    assert.match(await work.written(), /已入库/)
    assert.equal(await countOf(), before + 4)
    const second = await facility('滇西二号养老院')
    assert.deepEqual([second.beds ?? null, second.remarks], [null, '街道报送'])

    // Noon: the cells are put right by paste of what the workbook of LibreOffice holds.
    await desk.test('import-table').click()
    const table = new TableWork(desk)
    await table.settled()
    await table.withoutMap()
    await table.filterByText('name', '滇西')
    assert.equal(await table.count(), 4)
    await table.sortBy('name')
    const names = await table.column('name')
    const copied = fixture('滇西养老院-床位.tsv').toString('utf8').split('\n').filter((line) => line !== '')
    const bedsOf = new Map(copied.map((line) => line.split('\t')).map(([name, beds]) => [name, beds]))
    if ((await desk.test('sort-beds').count()) === 0) await table.toggleColumn('beds')
    await table.startEditing(ACT)
    await table.stand(0, 'beds')
    const shown = await table.paste(names.map((name) => bedsOf.get(name)).join('\n'))
    assert.equal(shown.length, 3, 'of four beds one stands already')
    await table.savePreview()
    assert.equal((await facility('滇西二号养老院')).beds, 40)

    // Afternoon: it was last year's workbook. The paste is undone, and redone after all.
    await table.undo()
    assert.equal((await facility('滇西二号养老院')).beds ?? null, null)
    await table.redo()
    assert.equal((await facility('滇西二号养老院')).beds, 40)

    // The table goes out and comes back as it is: nothing to write.
    const out = await table.export('xlsx')
    await desk.goTo('import')
    await desk.test('import-another').click()
    await work.drop(out)
    await work.contentStands()
    await work.into('facility')
    await work.goOn()
    await work.mapping()
    await work.goOn()
    assert.deepEqual(await work.counts(), { new: 0, changed: 0, unchanged: 4, refused: 0 })
    await work.discard()

    // The workbook saved by LibreOffice comes back: rows are known by their code, only what differs is a change.
    await work.drop({ name: '滇西养老院.xlsx', bytes: fixture('滇西养老院.xlsx') })
    await work.contentStands()
    await work.into('facility')
    await work.goOn()
    await work.mapping()
    await work.goOn()
    assert.deepEqual(await work.counts(), { new: 1, changed: 2, unchanged: 2, refused: 0 })
    const changes = await work.changes()
    assert.ok(changes.some((text) => text.includes('滇西三号养老院')), changes.join('\n'))
    await work.goOn()
    await work.accept({ ...ACT, reason: '表格回填' })
    assert.match(await work.written(), /已入库/)
    assert.equal(await countOf(), before + 5)
    assert.equal((await facility('滇西三号养老院')).beds, 26)

    // Evening: the returned workbook was a mistake, and so was the morning.
    await work.undo('回填有误')
    assert.equal(await countOf(), before + 4)
    assert.equal((await facility('滇西三号养老院')).beds, 25)
  })

  it('lets two browsers at one record settle it side by side', async () => {
    const other = await sitDown(server.address, '/table/door_plate')
    await other.unplug()
    try {
      await desk.open('/table/door_plate')
      const [mine, theirs] = [new TableWork(desk), new TableWork(other)]
      for (const [table, by] of [[mine, '王五'], [theirs, '李四']]) {
        await table.stands()
        await table.withoutMap()
        await table.sortBy('code')
        await table.startEditing({ by, reason: '两人同时' })
      }
      const [id] = await mine.ids(1)
      await mine.begin(0, 'road', '王五写的路')
      await theirs.write(0, 'road', '李四写的路')
      await theirs.saved()
      await desk.press('Enter')
      await desk.test('conflict').waitFor()
      assert.match(await desk.text('[data-test=conflict]'), /李四写的路[\s\S]*王五写的路/)
      assert.ok(desk.answers.some(({ status, method }) => status === 412 && method === 'PATCH'), 'the server refused it: 412')
      await desk.test('all-mine').click()
      await desk.test('settle').click()
      await mine.saved()
      const record = await office.record({ layer: 'door_plate', id })
      assert.equal(record.attributes.road, '王五写的路')
      assert.deepEqual(record.history.slice(0, 2).map(({ by }) => by), ['王五', '李四'])
      await other.sees('王五写的路')
    } finally {
      await leave(other)
    }
  })
})
