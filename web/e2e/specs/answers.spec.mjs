// What a person answers in an import: values for all rows, the encoding, older datums, crossings, and which record
// a row without coordinates is about.
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { csv, ImportWork } from '../driver/import.mjs'
import { sitting } from '../driver/sitting.mjs'

const ACT = { by: '赵六', reason: '台账核对' }

describe('answers in an import', () => {
  let office, desk, work
  sitting({ path: '/import', ready: (here) => {
    ({ office, desk } = here)
    work = new ImportWork(desk)
  } })

  it('says once what all rows have in common', async () => {
    await work.drop(csv('新区.csv', [['区划名称', '区划代码'], ['甲新区', '530191'], ['乙新区', '530192']]))
    await work.contentStands()
    await work.into('division')
    await work.goOn()
    await work.mapping()
    assert.match(await desk.text('[data-test=lacking]'), /级别/)
    await work.sayForAll('level', '县级')
    await desk.test('lacking').waitFor({ state: 'detached' })
    await work.goOn()
    assert.equal((await work.counts()).new, 2)
    const changes = await work.changes()
    assert.ok(changes.every((text) => text.includes('县级')), changes.join('\n'))
    await work.discard()
  })

  it('reads the first rows anew in the encoding that is named', async () => {
    // 名稱,x,y and 台北,121.5,25 in Big5
    const bytes = Buffer.concat([Buffer.from('a657bad9', 'hex'), Buffer.from(',x,y\n'), Buffer.from('a578a55f', 'hex'), Buffer.from(',121.5,25\n')])
    await work.drop({ name: 'big5.csv', bytes })
    await work.contentStands()
    await work.readIn('GBK')
    assert.doesNotMatch(await work.sample(), /台北/)
    const answered = desk.page.waitForResponse((response) => response.url().includes('/source?'))
    await desk.test('encoding').selectOption('Big5')
    await answered
    await desk.page.locator('[data-test=sample]').getByText('台北').waitFor()
    assert.match(await work.sample(), /名稱/)
  })

  it('keeps or shifts coordinates on an older datum', async () => {
    await work.drop(csv('老测绘.csv', [['地名', '经度', '纬度'], ['老井', '102.70123', '25.04321']]))
    await work.contentStands()
    await work.into('place')
    await work.goOn()
    await desk.test('crs-other').selectOption('EPSG:4610')
    await work.goOn()
    await desk.test('datum').waitFor()
    assert.equal(await desk.test('import-next').isDisabled(), true)
    await desk.test('datum-shift').check()
    await desk.test('datum-dx').evaluate((input) => {
      const data = new DataTransfer()
      data.setData('text', '24.1 -123.5 -94.2 -0.02 0.25 0.13 1.1')
      input.dispatchEvent(new ClipboardEvent('paste', { clipboardData: data, bubbles: true, cancelable: true }))
    })
    await work.goOn()
    await work.mapping()
    await work.goOn()
    assert.equal((await work.counts()).new, 1)
    await desk.test('step-coordinates').click()
    await desk.test('datum-keep').check()
    await work.goOn()
    await work.goOn()
    assert.equal((await work.counts()).new, 1)
    assert.ok((await work.findings()).some((text) => text.includes('基准')))
    await work.discard()
  })

  it('cuts lines where they cross', async () => {
    const line = (name, coordinates) => ({ type: 'Feature', properties: { name }, geometry: { type: 'LineString', coordinates } })
    const features = [line('东西路', [[102.70, 25.045], [102.71, 25.045]]), line('南北路', [[102.705, 25.04], [102.705, 25.05]])]
    await work.drop({ name: '道路.geojson', bytes: Buffer.from(JSON.stringify({ type: 'FeatureCollection', features })) })
    await work.contentStands()
    await work.into('road')
    await work.goOn()
    if (await desk.test('guess').count()) {
      await work.coordinates('EPSG:4490')
      await work.goOn()
    }
    await work.mapping()
    await desk.test('import-split').check()
    await work.goOn()
    assert.equal((await work.counts()).new, 4)
    await work.discard()
  })

  it('places rows without coordinates: by name, by a candidate, by a click on the map', async () => {
    const page = await office.ask('/ogc/collections/facility/items?limit=40&f=json')
    const named = page.features.map(({ properties }) => properties.name).filter((name) => name?.length > 5)
    const [known, misspelt] = [...new Set(named)].filter((name) => named.filter((one) => one === name).length === 1)
    const wrong = `${misspelt.slice(0, 2)}某某${misspelt.slice(4)}`
    await work.drop(csv('名册.csv', [['设施名称', '床位'], [known, '41'], [wrong, '42'], ['凭空新设的驿站', '43']]))
    await work.contentStands()
    await work.into('facility')
    await work.goOn()
    await work.mapping()
    await desk.test('import-join').check()
    await work.goOn()
    await work.counts()
    const unmatched = await work.unmatched()
    assert.ok(unmatched.some((text) => text.includes('凭空新设的驿站')), unmatched.join('\n'))
    if (unmatched.some((text) => text.includes(wrong))) assert.match(await work.chooseCandidate(wrong, misspelt), new RegExp(misspelt))
    await desk.mapIsDrawn()
    assert.match(await work.placeOnMap('凭空新设的驿站', 37, -41), /新增|并入/)
    await work.tryAgain()
    const counts = await work.counts()
    assert.deepEqual([counts.new + counts.changed, counts.refused], [3, 0])
    await work.goOn()
    await work.accept(ACT)
    await work.written()
    const hit = await office.find('凭空新设的驿站', 'facility')
    const { geometry, attributes } = await office.record(hit)
    assert.equal(attributes.beds, 43)
    assert.equal(geometry.type, 'Point')
    const [lon, lat] = geometry.coordinates
    assert.ok(lon > 102.4 && lon < 102.9 && lat > 24.9 && lat < 25.4, `${lon}, ${lat}`)
    await work.undo('试完')
  })
})
