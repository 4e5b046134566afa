// Pictures: looked at, added, refused, taken off and back, in the panel of a marker and in an inspection on a phone.
import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { sitDown } from '../driver/desk.mjs'
import { Inspecting } from '../driver/inspecting.mjs'
import { Pictures } from '../driver/pictures.mjs'
import { leave, serving } from '../driver/sitting.mjs'

/** one pixel */
const picture = Buffer.from('iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==', 'base64')

describe('pictures of a marker', () => {
  const here = serving()
  let office, desk, album, marker
  before(async () => {
    office = here.office
    const { features } = await office.ask('/ogc/collections/boundary_marker/items?limit=200')
    const pictured = features.find(({ properties }) => properties.photos?.length === 2)
    marker = { layer: 'boundary_marker', id: pictured.id }
    desk = await sitDown(here.server.address, `/?sel=boundary_marker/${pictured.id}`)
    album = new Pictures(desk)
  })
  after(() => leave(desk))
  const photos = async () => (await office.record(marker)).attributes.photos ?? []

  it('stand in its panel, open large and are leafed through with the keyboard', async () => {
    await album.shows('photos', 2)
    await album.open(0)
    const first = await album.title()
    await desk.press('ArrowRight')
    assert.notEqual(await album.title(), first)
    await desk.press('ArrowRight')
    assert.equal(await album.title(), first)
    assert.ok(await album.holdsFocus())
    await desk.press('Escape')
    await desk.test('picture-viewer').waitFor({ state: 'detached' })
    assert.equal(await desk.page.evaluate(() => document.activeElement?.getAttribute('data-test')), 'thumb')
  })

  it('are added as a change set; what is no picture is not, and why is said', async () => {
    await album.choose('photos', { name: '近景.png', mimeType: 'image/png', buffer: picture })
    await album.sign('张三', '补拍照片')
    await album.shows('photos', 3)
    assert.match((await photos())[2], /^近景~[0-9a-f]{64}\.png$/)
    await album.choose('photos', { name: '假.png', mimeType: 'image/png', buffer: Buffer.from('MZ no picture') })
    assert.match(await album.trouble(), /假\.png.*JPEG/)
    assert.equal((await photos()).length, 3)
    await desk.test('history-entry').first().waitFor()
    assert.match(await desk.test('files-changed').first().innerText(), /添加：近景/)
  })

  it('are taken off, and back with one press', async () => {
    await album.open(2)
    await desk.test('picture-remove').click()
    await album.shows('photos', 2)
    assert.equal((await photos()).length, 2)
    await desk.test('media-undo').click()
    await album.shows('photos', 3)
    assert.equal((await photos()).length, 3)
  })

  it('chosen in the field wait for their record and are kept with it', async () => {
    const field = new Inspecting(await sitDown(here.server.address, '/boundary/rounds', { phone: true }))
    const own = new Pictures(field.desk)
    const round = (await office.ask('/api/v1/inspections')).rounds.find(({ name }) => name.includes('五盘线第五轮'))
    const tasks = async () => (await office.ask(`/api/v1/inspections/${round.id}`)).tasks
    const task = (await tasks()).find(({ subject, records }) => subject === 'marker' && records.length === 0)
    await field.open(`/${round.id}/marker/${task.line}/${task.key}`)
    await field.desk.test('task-form').waitFor()
    await field.answer('side-a', 'found-yes', 'condition-intact', 'neighbour-yes')
    await own.choose('photos_before', { name: '正面.png', mimeType: 'image/png', buffer: picture })
    assert.match(await field.desk.text('[data-test=media-waiting]'), /1 张/)
    assert.deepEqual(await field.desk.tooSmall(48, 15), [])
    await field.desk.fill('task-by', '张三')
    await field.save()
    await field.isSaved()
    await own.shows('photos_before', 1)
    const [record] = (await tasks()).find(({ key, subject }) => key === task.key && subject === 'marker').records
    const kept = await office.record({ layer: 'inspection_record', id: record.id })
    assert.match(kept.attributes.photos_before[0], /^正面~/)
    await leave(field.desk)
  })
})
