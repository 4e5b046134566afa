// Files that take long: a job writes them, in the page and for a script; left, found again, stopped.
import assert from 'node:assert/strict'
import { afterEach, before, beforeEach, describe, it } from 'node:test'
import { leave, serving } from '../driver/sitting.mjs'
import { sitDown } from '../driver/desk.mjs'
import { TableWork } from '../driver/table.mjs'

const PATH = '/api/v1/layers/building/export'
/** As many more buildings as make the layer one that takes long. */
const MORE = 12_000
const COLUMNS = 'name,code,kind,floors,height_m,address'

function buildings() {
  const square = (at) => {
    const [x, y] = [102.6 + (at % 120) / 2000, 25.1 + Math.floor(at / 120) / 2000]
    return [[x, y], [x + 1e-4, y], [x + 1e-4, y + 1e-4], [x, y + 1e-4], [x, y]]
  }
  const features = Array.from({ length: MORE }, (_, at) => ({ type: 'Feature', geometry: { type: 'Polygon', coordinates: [square(at)] }, properties: { name: `普查${at + 1}号楼`, floors: 1 + (at % 33) } }))
  return JSON.stringify({ type: 'FeatureCollection', features })
}

describe('an export that takes long', () => {
  let server, office, desk, table
  const here = serving()
  before(async () => {
    ({ server, office } = here)
    await office.bringIn('楼栋普查.geojson', buildings(), 'building')
  })
  beforeEach(async () => {
    desk = await sitDown(server.address, '/table/building', { noTableMap: true })
    table = new TableWork(desk)
    await table.stands()
  })
  afterEach(() => leave(desk))
  const countOf = async () => (await office.register()).layers.find(({ name }) => name === 'building').count

  it('comes down by itself once the job is done, and lies in the list of jobs', async () => {
    await table.columnsOfExport('all')
    const { name, bytes } = await table.export('geojson')
    assert.match(name, /^建筑物.*\.geojson$/)
    const { features } = JSON.parse(bytes)
    assert.equal(features.length, await countOf())
    assert.ok(features.every(({ geometry }) => geometry !== null))
    const [job] = (await office.ask('/api/v1/jobs')).jobs
    assert.deepEqual([job.kind, job.state, job.outcome.rows], ['export', 'done', features.length])

    const again = await table.fileOfJob('建筑物')
    assert.equal(again.name, name)
    assert.ok(again.bytes.equals(bytes))
  })

  it('is KML in degrees without a question, whatever system was chosen before', async () => {
    await table.filterByText('name', '普查1号楼')
    await table.openExport()
    await desk.test('export-format').selectOption('gpkg')
    await desk.test('export-crs').fill('EPSG:4543')
    await desk.test('export-format').selectOption('kml')
    await desk.test('export-degrees').waitFor()
    const { name, bytes } = await table.export('kml')
    assert.match(name, /\.kml$/)
    assert.match(bytes.toString('utf8'), /<coordinates>\s*102\.6\d*,25\.1/)
    // A script that asks for a plane system gets degrees too, and is told.
    const asked = await fetch(`${server.address}${PATH}?format=kml&crs=EPSG:4543&filter=${encodeURIComponent("name='普查1号楼'")}`)
    assert.deepEqual([asked.status, asked.headers.get('content-crs')], [200, '<http://www.opengis.net/def/crs/EPSG/0/4490>'])
  })

  it('is asked for by a script, is one job for equal requests, and its file is that of its revision', async () => {
    const ask = () => fetch(`${server.address}${PATH}?format=csv&crs=EPSG:4490`, { headers: { prefer: 'respond-async' } })
    const first = await ask()
    assert.equal(first.status, 202)
    assert.equal(first.headers.get('preference-applied'), 'respond-async')
    const job = await first.json()
    assert.equal(first.headers.get('location'), `/api/v1/jobs/${job.id}`)
    assert.equal((await (await ask()).json()).id, job.id)
    const ended = await office.ended(job.id)
    assert.equal(ended.state, 'done')
    const text = await (await fetch(`${server.address}/api/v1/jobs/${job.id}/file`)).text()
    assert.equal(text.trim().split('\n').length, (await countOf()) + 1)

    // What is small enough is answered at once, whatever was preferred.
    const small = await fetch(`${server.address}${PATH}?format=csv&columns=${COLUMNS}&filter=${encodeURIComponent('floors > 30')}&filter-lang=cql2-text`, { headers: { prefer: 'respond-async' } })
    assert.equal(small.status, 200)
    assert.match(small.headers.get('content-type'), /^text\/csv/)
  })

  it('is stopped, also while the workbook is being closed, and leaves no file', async () => {
    const job = await (await fetch(`${server.address}${PATH}?format=xlsx&crs=EPSG:3857`, { headers: { prefer: 'respond-async' } })).json()
    await office.reaches(job.id, '整理文件')
    await office.send('POST', `/api/v1/jobs/${job.id}/cancel`, undefined)
    const ended = await office.ended(job.id)
    assert.equal(ended.state, 'cancelled')
    assert.equal((await fetch(`${server.address}/api/v1/jobs/${job.id}/file`)).status, 404)
  })
})
