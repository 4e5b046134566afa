// Changes: seen as they happen, read in the log, undone; refused where later work stands on them.
import assert from 'node:assert/strict'
import { after, describe, it } from 'node:test'
import { closeBrowser, sitDown } from '../driver/desk.mjs'
import { serve } from '../driver/server.mjs'
import { staying } from '../driver/sitting.mjs'

describe('changing the register', () => {
  let office, desk
  staying({ path: '/map', ready: (here) => { ({ office, desk } = here) } })

  it('shows at once what another desk changes', async () => {
    const hit = await office.find('华山街道', 'division')
    await desk.openRecord(hit)
    const revision = await office.change(hit, { seat: '翠湖南路 1 号' }, '驻地迁移', '五政发〔2026〕7 号')
    await desk.sees(`已更新到第 ${revision} 版`)
    await desk.sees('翠湖南路 1 号')
    const [newest] = await desk.history()
    assert.match(newest, /驻地迁移/)
    assert.match(newest, /李四/)
    assert.match(newest, /五政发〔2026〕7 号/)
  })

  it('asks for tiles of the new revision, without reloading the page', async () => {
    const hit = await office.find('华山街道', 'division')
    await desk.mapIsDrawn()
    const revision = await office.change(hit, { remarks: '试' }, '试改备注')
    await desk.asksFor('/tiles/', `v=${revision}`)
  })

  it('undoes a change from the history, with name, reason and document', async () => {
    const hit = await office.find('护国街道', 'division')
    const { attributes } = await office.record(hit)
    await office.change(hit, { seat: '写错的地方' }, '误改')
    await desk.openRecord(hit)
    await desk.sees('写错的地方')
    await desk.undoNewest({ by: '王五', reason: '改错了', document: '更正 1 号' })
    await desk.undoIsDone()
    await desk.sees('已撤销')
    const { revision } = await office.register()
    assert.equal(await desk.page.getByText(`已更新到第 ${revision} 版`).filter({ visible: true }).count(), 0, 'one message is enough')
    await desk.sees('改错了') // the drawer has the new history
    const [newest] = await desk.history()
    assert.match(newest, /改错了[\s\S]*王五/)
    assert.equal((await office.record(hit)).attributes.seat, attributes.seat)
  })

  it('says why an undo is refused and leads to the later change', async () => {
    const hit = await office.find('大观街道', 'division')
    const first = await office.change(hit, { seat: '甲处' }, '第一次改')
    const second = await office.change(hit, { seat: '乙处' }, '第二次改')
    await desk.goTo('log')
    await desk.changeSets()
    await desk.test('log-entry').filter({ hasText: `第 ${first} 版` }).click()
    await desk.test('change-set').waitFor()
    await desk.sees('第一次改')
    await desk.undoNewest({ by: '王五', reason: '想撤销' })
    const problem = await desk.undoProblem()
    assert.match(problem, /不能撤销/)
    assert.match(problem, new RegExp(`第 ${second} 版`))
  })

  it('lists change sets newest first and reads one in detail', async () => {
    const hit = await office.find('龙翔街道', 'division')
    const revision = await office.change(hit, { seat: '丙处' }, '列在最前', '文 9 号')
    await desk.goTo('log')
    await desk.sees('列在最前')
    const [newest] = await desk.changeSets()
    assert.match(newest, new RegExp(`第 ${revision} 版`))
    await desk.test('log-entry').first().click()
    await desk.test('change-set').waitFor()
    await desk.test('change-row').first().waitFor()
    const detail = await desk.text('[data-test=change-set]')
    assert.match(detail, /龙翔街道/)
    assert.match(detail, /丙处/)
    assert.match(detail, /文 9 号/)
  })

  it('draws a moved thing before and after', async () => {
    const { layers } = await office.register()
    const layer = ['boundary_marker', 'sign', 'facility', 'gate'].find((name) => layers.find((one) => one.name === name && one.count > 0))
    if (!layer) return
    const page = await office.ask(`/ogc/collections/${layer}/items?limit=1&f=json`)
    const hit = { layer, id: page.features[0].id }
    const { geometry } = await office.record(hit)
    const [lon, lat] = geometry.coordinates
    await office.change(hit, {}, '复测', null, { type: 'Point', coordinates: [lon + 0.0005, lat] })
    await desk.openRecord(hit)
    await desk.test('compare').first().click()
    await desk.sees('不再显示前后')
  })
})

describe('an empty register, one that may not be changed, one that goes away', () => {
  after(closeBrowser)
  const at = async (register, options, path, work) => {
    const server = await serve(register, ...options)
    let desk
    try {
      desk = await sitDown(server.address, path)
      await work(desk, server)
      assert.deepEqual(desk.strangers(), [])
    } finally {
      await desk?.leave()
      await server.stop()
    }
  }

  it('teaches how to import', () =>
    at(process.env.E2E_EMPTY, [], '/', async (desk) => {
      await desk.test('empty').waitFor()
      assert.match(await desk.text('[data-test=empty]'), /boundstone import/)
      assert.deepEqual(desk.faults, [])
    }))

  it('shows that it is read only and says why nothing can be undone', () =>
    at(process.env.E2E_DEMO, ['--read-only'], '/log/1', async (desk) => {
      await desk.sees('只读')
      const undo = desk.test('undo').first()
      await undo.waitFor()
      assert.equal(await undo.isDisabled(), true)
      assert.match(await undo.getAttribute('title'), /只读/)
    }))

  it('says so when the server is gone, and keeps what is shown', () =>
    at(process.env.E2E_DEMO, [], '/', async (desk, server) => {
      await desk.page.waitForFunction(() => document.querySelector('.line.open'))
      await server.stop()
      await desk.sees('与服务器的连接中断')
      assert.ok((await desk.layerCount('division')) > 0)
    }))
})
