// When something goes wrong on the way: an answer is lost, a step cannot be taken back, a block reaches beyond the
// table, a division is to be deleted.
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { sitting } from '../driver/sitting.mjs'
import { TableWork } from '../driver/table.mjs'

const ACT = { by: '王五', reason: '年度核查' }

describe('when something goes wrong', () => {
  let office, desk, table
  sitting({ path: '/table/door_plate', how: { noTableMap: true }, ready: async (here) => {
    ({ office, desk } = here)
    table = new TableWork(desk)
    await table.stands()
  } })
  const countOf = async (layer) => (await office.register()).layers.find((one) => one.name === layer).count

  it('adds a row once, though the answer was lost on the way', async () => {
    const before = await countOf('door_plate')
    const lost = await desk.loseAnswer((request) => request.method() === 'POST' && request.url().endsWith('/api/v1/changes'))
    await table.startEditing(ACT)
    await table.addRow({ plate_no: '丢答复 1 号' })
    assert.equal(lost(), true)
    assert.equal(await countOf('door_plate'), before + 1)
    const { revision } = await office.register()
    await table.undo()
    assert.equal((await office.register()).revision, revision + 1)
    assert.equal(await countOf('door_plate'), before)
  })

  it('leaves out a step that cannot be taken back, and takes back the one before', async () => {
    await table.sortBy('code')
    const [first, second] = await table.ids(2)
    const road = async (id) => (await office.record({ layer: 'door_plate', id })).attributes.road
    const before = await road(first)
    await table.startEditing(ACT)
    await table.write(0, 'road', '先改的路')
    await table.saved()
    await table.write(1, 'road', '后改的路')
    await table.saved()
    await office.change({ layer: 'door_plate', id: second }, { road: '别人又改' }, '另一处改的')
    await table.press('Control+z')
    await desk.test('undo-refused').waitFor()
    assert.match(await desk.text('[data-test=undo-refused]'), /又改动了/)
    await desk.test('undo-skip').click()
    await desk.sees('已撤销“')
    assert.equal(await road(first), before)
    assert.equal(await road(second), '别人又改')
  })

  it('adds rows for what a block holds beyond the last row, but not where something required is missing', async () => {
    const before = await countOf('door_plate')
    await table.sortBy('code')
    await table.startEditing(ACT)
    await table.press('Control+End')
    await table.rowStands(before)
    await table.pasteFromLast('road', ['没有号的路'])
    assert.match(await desk.text('[data-test=preview-lacking]'), /没有号的路[\s\S]*缺/)
    assert.equal(await desk.test('preview-save').isDisabled(), true)
    await desk.press('Escape')
    await desk.test('preview').waitFor({ state: 'detached' })
    await table.pasteFromLast('plate_no', ['末尾 1 号', '末尾 2 号'])
    assert.match(await desk.text('[data-test=preview-added]'), /新增 2 条/)
    await table.savePreview()
    assert.equal(await countOf('door_plate'), before + 2)
    await table.undo()
    assert.equal(await countOf('door_plate'), before)
  })

  it('adds rows to a filtered list such as stand there', async () => {
    await table.filterByCode('status', '预留')
    const before = await table.count()
    await table.startEditing(ACT)
    await table.press('Control+End')
    await table.rowStands(before)
    await table.pasteFromLast('plate_no', ['末尾 3 号'])
    assert.match(await desk.text('[data-test=preview-new]'), /状态 预留/)
    await table.savePreview()
    await table.counts(before + 1)
    await table.undo()
    await table.counts(before)
  })

  it('says why a division with borders is not deleted', async () => {
    await desk.openRecord(await office.find('华山街道', 'division'))
    const button = desk.test('delete-record')
    assert.match(await button.getAttribute('title'), /不能在这里删除/)
    await button.click()
    assert.match(await desk.text('[data-test=division-why]'), /不能在这里删除/)
    assert.equal(await desk.test('delete-dialog').count(), 0)
  })
})
