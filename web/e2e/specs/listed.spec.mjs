// Fields that are lists of things: rows written, removed and brought back in the form of the record, saved and undone.
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { Drawing } from '../driver/drawing.mjs'
import { Listing } from '../driver/listing.mjs'
import { sitting } from '../driver/sitting.mjs'

describe('a list of things in a form', () => {
  let office, desk
  sitting({ ready: (here) => { ({ office, desk } = here) } })

  it('takes rows by keyboard, says what it cannot read, saves as one change and is undone', async () => {
    const marker = await office.find('盘西线001Q号', 'boundary_marker')
    const before = (await office.record(marker)).attributes.references
    await desk.openRecord(marker)
    await desk.test('edit-record').click()
    const list = new Listing(desk, 'references')
    const form = new Drawing(desk)
    assert.equal(await list.rows(), before.length)

    await list.add('石碑东侧', '很偏')
    assert.equal(await list.rows(), before.length + 1)
    assert.deepEqual(await list.alerts(), ['应为数字'])
    await list.write(before.length, 'azimuth_deg', '12.5')
    assert.deepEqual(await list.alerts(), [])
    await list.remove(0)
    await list.bringBack()
    await list.remove(1)
    assert.equal(await list.rows(), before.length)

    await form.sign({ by: '赵六', reason: '方位物复核' })
    await form.save()
    await desk.sees('已保存，登记册现为第')
    const after = (await office.record(marker)).attributes.references
    assert.deepEqual(after, [before[0], ...before.slice(2), { object: '石碑东侧', azimuth_deg: 12.5 }])

    await desk.press('Control+z')
    await desk.sees('已撤销“')
    assert.deepEqual((await office.record(marker)).attributes.references, before)
  })

  it('offers the words of code lists and keeps a draft', async () => {
    const marker = await office.find('盘西线001Q号', 'boundary_marker')
    await desk.openRecord(marker)
    await desk.test('edit-record').click()
    const list = new Listing(desk, 'condition_history')
    const rows = await list.rows()
    await list.add()
    await list.write(rows, 'condition', '倾斜')
    await list.write(rows, 'note', '被车撞')
    await desk.test('form-back').click()
    await desk.page.reload()
    await desk.recordOpens()
    await desk.sees('尚未保存')
    await desk.test('edit-record').click()
    assert.equal(await list.member(rows, 'condition').inputValue(), '倾斜')
    await new Drawing(desk).sign({ by: '赵六', reason: '日常巡查' })
    await new Drawing(desk).save()
    await desk.sees('已保存，登记册现为第')
    const { condition_history: history } = (await office.record(marker)).attributes
    assert.deepEqual(history.at(-1), { condition: 'tilted', note: '被车撞' })
    await desk.page.getByText('倾斜 · 被车撞').first().waitFor({ state: 'attached' })
  })
})
