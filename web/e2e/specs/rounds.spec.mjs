// Joint inspections: a round is made over a line that is overdue, both sides fill in their forms on phones, the board
// follows, what was saved is taken back, and what could not be sent is sent later.
import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { sitDown } from '../driver/desk.mjs'
import { Inspecting } from '../driver/inspecting.mjs'
import { leave, serving } from '../driver/sitting.mjs'

describe('joint inspections', () => {
  const here = serving()
  /** one person at the office, one in the field */
  let office, field
  before(async () => {
    office = new Inspecting(await sitDown(here.server.address, '/boundary/rounds'))
    field = new Inspecting(await sitDown(here.server.address, '/boundary/rounds', { phone: true }))
  })
  after(async () => {
    await leave(office.desk)
    await leave(field.desk)
  })
  const roundOf = async (name) => (await here.office.ask('/api/v1/inspections')).rounds.find((round) => round.name.includes(name))
  const tasksOf = (round) => here.office.ask(`/api/v1/inspections/${round.id}`)
  const keyOf = (task) => `${task.subject}/${task.line}/${task.key}`
  const off = ([lon, lat], metres) => [lon, lat + metres / 110_800]

  it('says which lines are due, and makes a round of the overdue one', async () => {
    const { desk } = office
    assert.match(await office.due('五西线'), /已超期/)
    assert.match(await desk.text('[data-test=round-list]'), /五盘线第五轮联检/)
    await office.choose('五西线')
    await desk.test('round-new').click()
    await desk.test('round-preview').getByText(/全部列入/).waitFor()
    await desk.fill('round-to', '2027-01-31')
    await desk.fill('round-by', '张三')
    await desk.test('round-make').click()
    await desk.test('round-board').waitFor()
    assert.match(await desk.text('[data-test=round-view] h2'), /五西线/)
    const round = await roundOf('五西线')
    assert.equal(round.markers + round.segments, (await tasksOf(round)).tasks.length)
    assert.equal(await office.done(round.lines[0], 'a'), 0)
    await desk.mapIsDrawn()
  })

  it('is filled in by both sides on phones, differences stand beside each other, and the board follows', async () => {
    const { desk } = field
    const round = await roundOf('五西线')
    const marker = (await tasksOf(round)).tasks.find((task) => task.subject === 'marker' && task.registered === 'intact')
    await field.standAt(off(marker.at, 2))
    await field.open(`/${round.id}`)
    await desk.test('order-near').click()
    await desk.page.locator('[data-test=task]').first().and(desk.page.locator(`[data-key="${keyOf(marker)}"]`)).waitFor()
    await field.task(keyOf(marker))
    await field.answer('found-yes', 'place-here')
    await desk.test('offset').getByText('2.00 m').waitFor()
    assert.match(await desk.text('[data-test=offset]'), /限差 5 米以内/)
    await field.save()
    await desk.sees('还缺：')
    await field.answer('condition-tilted', 'inscription-legible', 'action-re_erected')
    assert.match(await desk.text('[data-test=warn-neighbour]'), /毗邻方在场/)
    await field.answer('neighbour-yes')
    assert.match(await desk.text('[data-test=leaves]'), /完好/)
    await desk.fill('task-by', '张三')
    assert.deepEqual(await desk.tooSmall(48, 15), [])
    assert.equal(await desk.overflows(), false)
    await field.save()
    await field.isSaved()
    await desk.test('side-b').click()
    await field.answer('found-yes', 'condition-damaged')
    await field.save()
    await field.isSaved()
    await desk.test('task-tab-both').click()
    assert.match(await desk.test('differing').first().innerText(), /倾斜[\s\S]*损坏/)
    await desk.test('task-tab-history').click()
    await desk.test('condition-line').nth(1).waitFor()
    await desk.test('task-close').click()
    assert.equal(await field.done(round.lines[0], 'a'), 1)
    assert.equal(await field.done(round.lines[0], 'b'), 1)
    const now = (await tasksOf(round)).tasks.find((task) => task.key === marker.key)
    assert.deepEqual([now.registered, now.differences.includes('condition')], ['damaged', true])
  })

  it('takes a saved record back, and the marker’s condition with it', async () => {
    const { desk } = field
    const round = await roundOf('五西线')
    const marker = (await tasksOf(round)).tasks.filter((task) => task.subject === 'marker' && task.registered === 'intact')[1]
    await field.open(`/${round.id}/${keyOf(marker)}`)
    await desk.test('task-title').filter({ hasText: marker.name }).waitFor()
    await field.answer('side-a', 'found-no', 'action-reported')
    await desk.fill('task-by', '张三')
    await field.save()
    await field.isSaved()
    assert.equal((await tasksOf(round)).tasks.find((task) => task.key === marker.key).registered, 'lost')
    await desk.test('task-undo').click()
    await desk.test('task-saved').waitFor({ state: 'detached' })
    await desk.test('task-save').waitFor()
    const now = (await tasksOf(round)).tasks.find((task) => task.key === marker.key)
    assert.deepEqual([now.registered, now.records.length], ['intact', 0])
  })

  it('keeps a record in the browser while the network fails, and sends it later', async () => {
    const { desk } = field
    const round = await roundOf('五西线')
    const segment = (await tasksOf(round)).tasks.find((task) => task.subject === 'segment')
    await field.open(`/${round.id}/${keyOf(segment)}`)
    await desk.test('recognisable-yes').waitFor()
    await desk.page.route('**/records', (route) => route.abort('internetdisconnected'))
    await field.answer('recognisable-yes', 'dispute-low')
    await desk.fill('dispute-text', '地边有争执')
    await desk.fill('task-by', '张三')
    await field.save()
    await desk.test('kept-here').waitFor()
    await desk.page.unroute('**/records')
    await field.openAnew(`/${round.id}`)
    assert.match(await desk.text('[data-test=unsent]'), /1 条/)
    await desk.test('send-all').click()
    await desk.test('unsent').waitFor({ state: 'detached' })
    const now = (await tasksOf(round)).tasks.find((task) => task.subject === 'segment' && task.key === segment.key)
    assert.equal(now.records[0].fields.dispute_text, '地边有争执')
  })

  it('is not closed before all is seen: what stands against it is listed', async () => {
    const { desk } = office
    const round = await roundOf('五盘线第五轮')
    await office.open(`/${round.id}`)
    await desk.page.locator('[data-test=round-view] h2', { hasText: '第五轮' }).waitFor()
    await desk.page.getByRole('button', { name: '改阶段…' }).click()
    await desk.page.locator('[data-test=stage-to]').selectOption('report')
    await desk.fill('stage-by', '张三')
    await desk.test('stage-do').click()
    await desk.test('stage-finding').first().waitFor()
    assert.match(await desk.test('stage-finding').first().innerText(), /B10/)
    await desk.press('Escape')
    await desk.test('stage-dialog').waitFor({ state: 'hidden' })
    // the map shows the round; the closed one of five years ago is all done
    await desk.test('round-back').click()
    await desk.test('round').filter({ hasText: '第四轮' }).click()
    await desk.test('round-board').waitFor()
    assert.match(await desk.text('[data-test=round-stage]'), /办结/)
    assert.equal(await desk.test('sift-todo').locator('b').innerText(), '0')
  })
})
