// Seeing the district, finding things, reading a record.
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { sitDown } from '../driver/desk.mjs'
import { leave, staying } from '../driver/sitting.mjs'

describe('looking at the register', () => {
  let desk
  const here = staying({ path: '/map', ready: () => { ({ desk } = here) } })
  /** In a browser of its own. */
  const at = async (path, options, work) => {
    const desk = await sitDown(here.server.address, path, options)
    try {
      await work(desk)
    } finally {
      await leave(desk)
    }
  }

  it('shows the district with counts, and says that the data are made up', async () => {
    assert.ok((await desk.mapIsDrawn()) > 0.02, 'the map is not bare')
    const { layers, title } = await here.office.register()
    assert.match(await desk.text('.top'), new RegExp(title))
    for (const layer of ['division', 'road', 'water']) {
      assert.equal(await desk.layerCount(layer), layers.find((one) => one.name === layer).count)
    }
    assert.match(await desk.text('[data-test=demo]'), /演示数据/)
    const [lon, lat] = await desk.place()
    assert.ok(lon > 102.4 && lon < 102.9 && lat > 24.9 && lat < 25.4, `at ${lon}, ${lat}`)
  })

  it('says which layers need a nearer look', async () => {
    await desk.mapIsDrawn()
    assert.match(await desk.text('[data-test=layer-door_plate]'), /需放大/)
    assert.doesNotMatch(await desk.text('[data-test=layer-division]'), /需放大/)
  })

  it('finds a street by name and by code, nearest match first', async () => {
    const byName = await desk.lookUp('华山街道')
    assert.match(byName[0], /华山街道/)
    assert.match(byName[0], /五华区/)
    const byCode = await desk.lookUp('530102001')
    assert.match(byCode[0], /华山街道[\s\S]*530102001/)
    await desk.takeHit()
    assert.match(await desk.text('[data-test=drawer]'), /街道/)
    assert.match(desk.selection(), /^division\//)
  })

  it('says plainly when nothing is found', async () => {
    await desk.test('search').fill('没有这个地方')
    await desk.sees('没有找到')
  })

  it('opens what is clicked on the map, with its history', async () => {
    await desk.mapIsDrawn()
    await desk.clickMap()
    const title = await desk.recordOpens()
    assert.notEqual(title, '')
    const history = await desk.history()
    assert.match(history.at(-1), /新增[\s\S]*演示/)
    await desk.press('Escape')
    await desk.test('drawer').waitFor({ state: 'detached' })
    assert.equal(desk.selection(), null)
  })

  it('answers how a figure is known', async () => {
    await desk.lookUp('华山街道')
    await desk.takeHit()
    await desk.test('how').first().click()
    await desk.sees('椭球面')
    await desk.press('Escape')
    await desk.page.getByText('椭球面').first().waitFor({ state: 'hidden' })
    assert.equal(await desk.test('drawer').count(), 1, 'Esc closes the explanation, not the record')
  })

  it('takes a layer off the map and puts it back', async () => {
    await desk.turnTo('/map?at=102.70500,25.05200,14')
    const full = await desk.mapIsDrawn()
    await desk.switchLayer('road')
    await desk.page.waitForURL(/off=road/)
    await desk.page.waitForTimeout(600)
    assert.notDeepEqual(await desk.inked(), full)
    await desk.switchLayer('road')
    await desk.page.waitForURL((url) => !url.search.includes('off='))
  })

  it('shows a legend with titles and counts', async () => {
    const rows = await desk.legendOf('road')
    assert.match(rows.join('\n'), /主干路/)
  })

  it('looks at another day, says so, and comes back', async () => {
    await desk.pickDate('2001-01-01')
    assert.match(await desk.text('[data-test=past]'), /2001-01-01/)
    assert.match(desk.page.url(), /date=2001-01-01/)
    const then = (await here.office.ask('/api/v1/register?as_of=2001-01-01')).layers.find((one) => one.name === 'division').count
    await desk.page.waitForFunction(
      (count) => document.querySelector('[data-test=layer-division] .count')?.textContent?.replaceAll(',', '') === String(count),
      then,
    )
    await desk.backToToday()
  })

  it('is worked with the keyboard alone', async () => {
    await desk.press('/')
    assert.equal(await desk.focused(), 'search')
    await desk.type('530102001')
    await desk.test('hit').first().waitFor()
    await desk.press('ArrowDown', 'ArrowUp', 'Enter')
    await desk.recordOpens()
    assert.ok(await desk.tabTo('undo', 120), 'Tab reaches the undo button')
    await desk.press('Enter')
    await desk.test('undo-dialog').waitFor()
    await desk.press('Escape')
    await desk.test('undo-dialog').waitFor({ state: 'detached' })
    await desk.test('drawer').waitFor()
    await desk.press('Escape')
    await desk.test('drawer').waitFor({ state: 'detached' })
  })

  it('goes on the map to what is chosen from a list', async () => {
    await desk.mapIsDrawn()
    await desk.legendOf('facility')
    await desk.test('list-facility').click()
    await desk.test('list-row').first().click()
    await desk.recordOpens()
    await desk.page.waitForFunction(() => Number(new URL(location.href).searchParams.get('at')?.split(',')[2]) > 15)
  })

  it('opens the same view from its address', async () => {
    const hit = await here.office.find('华山街道', 'division')
    await at(`/map?at=102.70000,25.05000,13.5&sel=division/${hit.id}&off=road`, {}, async (desk) => {
      assert.match(await desk.recordOpens(), /华山街道/)
      assert.deepEqual(await desk.place(), [102.7, 25.05, 13.5])
    })
  })

  it('speaks English throughout', () =>
    at('/', {}, async (desk) => {
      await desk.changeLanguage()
      await desk.sees('Divisions')
      await desk.goTo('log')
      await desk.changeSets()
      const chrome = await desk.text('.modes')
      assert.doesNotMatch(chrome, /\p{Script=Han}/u)
    }))

  it('works without WebGL2, all but the map', () =>
    at('/', { noWebgl: true }, async (desk) => {
      await desk.sees('不能绘制地图')
      await desk.lookUp('华山街道')
      await desk.takeHit()
      assert.ok((await desk.history()).length > 0)
      await desk.goTo('log')
      assert.ok((await desk.changeSets()).length > 0)
    }))

  it('fits a phone: one column, large targets, no small text', () =>
    at('/', { phone: true }, async (desk) => {
      await desk.mapIsDrawn()
      assert.equal(await desk.overflows(), false)
      assert.deepEqual(await desk.tooSmall(48, 15), [])
      await desk.lookUp('华山街道')
      await desk.takeHit()
      assert.equal(await desk.overflows(), false)
      assert.deepEqual(await desk.tooSmall(48, 15), [])
    }))
})
