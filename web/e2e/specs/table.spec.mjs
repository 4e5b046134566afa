// The table: sorted, filtered, written into, pasted into from a spreadsheet, undone.
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { sitting } from '../driver/sitting.mjs'
import { TableWork } from '../driver/table.mjs'

describe('a layer as a table', () => {
  let office, desk, table
  sitting({ path: '/table/door_plate', how: { noTableMap: true }, ready: async (here) => {
    ({ office, desk } = here)
    table = new TableWork(desk)
    await table.stands()
  } })

  it('has only the rows in view, wherever one scrolls', async () => {
    const { layers } = await office.register()
    const total = layers.find((layer) => layer.name === 'door_plate').count
    assert.equal(await table.count(), total)
    await table.press('Control+End')
    await table.rowStands(total)
    assert.ok((await table.rowsInPage()) < 80)
  })

  it('sorts and filters, and says how it is filtered', async () => {
    await table.sortBy('code')
    const rising = await table.column('code')
    assert.deepEqual(rising, [...rising].sort())
    await table.sortBy('code')
    const falling = await table.column('code')
    assert.deepEqual(falling, [...falling].sort().reverse())
    const all = await table.count()
    await table.filterByCode('status', '预留')
    const some = await table.count()
    assert.ok(some > 0 && some < all)
    assert.ok((await table.column('status')).every((text) => text === '预留'))
    assert.match(await desk.text('[data-test=chip]'), /状态：预留/)
    await table.filterByText('plate_no', '96')
    assert.ok((await table.count()) < some)
    assert.ok((await table.column('plate_no')).every((text) => text.includes('96')))
  })

  it('remembers which columns one chose', async () => {
    await table.toggleColumn('remarks')
    await desk.page.reload()
    await table.stands()
    assert.equal(await desk.test('sort-remarks').count(), 1)
  })

  it('takes what is written into a cell, pasted as a block, and takes it back', async () => {
    await table.sortBy('code')
    const ids = await table.ids(3)
    const value = async (at, name) => (await office.record({ layer: 'door_plate', id: ids[at] })).attributes[name]
    const before = [await value(1, 'plate_no'), await value(2, 'plate_no')]

    await table.startEditing({ by: '王五', reason: '年度核查更正', document: '五民〔2026〕3 号' })
    await table.write(0, 'road', '翠湖东路')
    await table.saved()
    assert.equal(await value(0, 'road'), '翠湖东路')

    await table.stand(1, 'plate_no')
    const changed = await table.paste('甲1号\t530102DX1\r\n甲2号\t530102DX2\r\n')
    assert.equal(changed.length, 4)
    assert.match(changed[0], new RegExp(`${before[0]}[\\s\\S]*甲1号`))
    await table.savePreview()
    assert.deepEqual([await value(1, 'plate_no'), await value(2, 'plate_no'), await value(2, 'code')], ['甲1号', '甲2号', '530102DX2'])
    const [newest] = (await office.ask('/api/v1/log?limit=1')).entries
    assert.equal(newest.counts.door_plate.update, 2, 'one change set for the whole paste')
    assert.equal(newest.document, '五民〔2026〕3 号')

    await table.undo()
    assert.deepEqual([await value(1, 'plate_no'), await value(2, 'plate_no')], before)
    await table.redo()
    assert.equal(await value(1, 'plate_no'), '甲1号')
    await table.undo()
    await table.undo()
    assert.notEqual(await value(0, 'road'), '翠湖东路')
  })

  it('sums up all rows that meet the filters, and groups them', async () => {
    await desk.open('/table/facility')
    await table.settled()
    const whole = await office.ask('/api/v1/layers/facility/summary?by=kind&sum=floor_area_m2')
    assert.equal(await table.sum('floor_area_m2'), Math.round(whole.sums.floor_area_m2.sum * 10_000) / 10_000)
    await table.groupBy('kind')
    const groups = await table.groups()
    assert.deepEqual(groups, whole.groups.map(({ title, count }) => `${title.zh} ${count}`))
    await table.openGroup(1)
    await table.rowStands(whole.groups[1].count, { above: 2 })
    assert.ok((await table.column('kind')).every((text) => text === whole.groups[1].title.zh))
    // From the last row of the open group the arrow leads to the next heading, and back.
    await table.press('Control+End')
    await table.press('ArrowDown')
    assert.equal(await table.standsOn(), 'group-open')
    await desk.press('ArrowUp')
    assert.equal(await table.standsOn(), 'grid')
  })

  it('keeps a named view, though the browser is closed', async () => {
    await table.sortBy('code')
    await table.filterByCode('status', '预留')
    const some = await table.count()
    await table.keepView('预留门牌')
    await desk.page.reload()
    await table.stands()
    assert.ok((await table.count()) > some)
    await table.takeView('预留门牌')
    assert.equal(await table.count(), some)
    assert.match(await desk.text('[data-test=chip]'), /状态：预留/)
  })

  it('adds rows and takes rows away, but not what others refer to', async () => {
    const total = await table.count()
    await table.startEditing({ by: '王五', reason: '新编门牌' })
    await table.addRow({ plate_no: '新1号', code: 'E2E-NEW-1' })
    await table.counts(total + 1)
    const [row] = (await office.ask("/ogc/collections/door_plate/items?code=E2E-NEW-1")).features
    assert.equal(row.properties.plate_no, '新1号')
    await desk.test('add-row').click()
    await table.fillNew({ plate_no: '新2号', code: 'E2E-NEW-1' })
    await desk.test('new-row').getByText('已由“新1号”').first().waitFor()
    await desk.press('Escape')
    await table.filterByText('code', 'E2E-NEW')
    await table.deleteRow(0)
    await table.undo()
    assert.equal((await office.record({ layer: 'door_plate', id: row.id })).attributes.code, 'E2E-NEW-1')

    await desk.open('/table/compound')
    await table.settled()
    const gates = (await office.ask('/ogc/collections/gate/items?limit=1')).features[0].properties.compound_id
    await desk.open(`/table/compound?sel=compound/${gates}`)
    await table.stands()
    await table.selectedStands()
    await table.startEditing({ by: '王五', reason: '试删' })
    await table.pickSelected()
    await desk.test('delete-rows').click()
    await desk.test('delete-sure').click()
    await desk.test('delete-problem').waitFor()
    assert.match(await desk.text('[data-test=delete-problem]'), /还有 \d+ 条记录引用它/)
  })

  it('exports what is filtered as a workbook that can come back', async () => {
    await table.filterByCode('status', '预留')
    const some = await table.count()
    const { name, bytes } = await table.export('xlsx')
    assert.match(name, /门楼牌-\d{4}-\d{2}-\d{2}\.xlsx/)
    assert.equal(bytes.subarray(0, 2).toString(), 'PK')
    const csv = await table.export('csv')
    const lines = csv.bytes.toString('utf8').trim().split(/\r\n/)
    assert.equal(lines.length, some + 1)
    assert.match(lines[0], /^\uFEFF?[^,]*,版本,.*状态/)
    assert.ok(lines.slice(1).every((line) => line.includes('预留')))
  })

  it('says what does not fit and keeps what was written', async () => {
    await table.startEditing({ by: '王五', reason: '试' })
    await table.write(0, 'confirmed', '去年', { shown: true })
    await desk.sees('应为日期')
    assert.equal(await desk.test('editor').inputValue(), '去年')
  })

  it('lets two people settle what both changed', async () => {
    const [id] = await table.ids(1)
    const hit = { layer: 'door_plate', id }
    await table.startEditing({ by: '王五', reason: '两人同时' })
    await table.begin(0, 'road', '王五写的路')
    const revision = await office.change(hit, { road: '李四写的路' }, '先改一步')
    await desk.sees(`已更新到第 ${revision} 版`)
    await desk.press('Enter')
    await desk.test('conflict').waitFor()
    assert.match(await desk.text('[data-test=conflict]'), /李四写的路[\s\S]*王五写的路/)
    await desk.test('all-mine').click()
    await desk.test('settle').click()
    await table.saved()
    assert.equal((await office.record(hit)).attributes.road, '王五写的路')
  })

  it('keeps the draft of a form and says beside the field what is refused', async () => {
    await table.openRecord(0)
    await desk.test('edit-record').click()
    await desk.page.locator('#form-road').fill('草稿路')
    await desk.page.reload()
    await desk.test('draft').getByRole('button').click()
    assert.equal(await desk.page.locator('#form-road').inputValue(), '草稿路')
    await desk.page.locator('#form-plate_no').fill('')
    await desk.fill('form-by', '王五')
    await desk.fill('form-reason', '补正')
    await desk.test('form-save').click()
    assert.match(await desk.text('[data-test=field-plate_no]'), /必填，不能清空/)
    await desk.page.locator('#form-plate_no').fill('1号')
    await desk.test('form-save').click()
    await desk.test('record-form').waitFor({ state: 'detached' })
    await desk.page.locator('[data-test=drawer]').getByText('草稿路').first().waitFor()
    assert.equal(await desk.test('draft').count(), 0)
  })

  it('takes the words of a list in a cell and in a form', async () => {
    const hit = await office.find('高新区养老院', 'facility')
    const served = async () => (await office.record(hit)).attributes.served_communities
    await desk.openRecord(hit)
    await desk.test('edit-record').click()
    await desk.page.locator('#form-served_communities').fill('530102001001；530102001002、530102001001')
    await desk.fill('form-by', '王五')
    await desk.fill('form-reason', '补正')
    await desk.test('form-save').click()
    await desk.test('record-form').waitFor({ state: 'detached' })
    assert.deepEqual(await served(), ['530102001001', '530102001002'])

    await desk.open('/table/facility')
    await table.settled()
    await table.filterByText('name', '高新区养老院')
    await table.startEditing({ by: '王五', reason: '补正' })
    await table.write(0, 'served_communities', '530102001003', { shown: true })
    await table.saved()
    assert.deepEqual(await served(), ['530102001003'])
    await table.undo()
    assert.equal((await served()).length, 2)
  })
})
