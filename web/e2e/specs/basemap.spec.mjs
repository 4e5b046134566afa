// Maps of others under the data: only where a file names them, off until switched on, whose they are on the map.
import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, it } from 'node:test'
import { closeBrowser, sitDown } from '../driver/desk.mjs'
import { serve } from '../driver/server.mjs'

/** one grey pixel */
const TILE = Buffer.from('iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNkYPhfz0AEYBxVSF+FAAhKDveksOjmAAAAAElFTkSuQmCC', 'base64')

describe('maps of others', () => {
  let other, address, folder, file
  const asked = []
  before(async () => {
    other = createServer((request, response) => {
      asked.push(request.url)
      response.writeHead(200, { 'Content-Type': 'image/png', 'Access-Control-Allow-Origin': '*' }).end(TILE)
    })
    await new Promise((resolve) => { other.listen(0, '127.0.0.1', resolve) })
    address = `http://127.0.0.1:${other.address().port}`
    folder = mkdtempSync(join(tmpdir(), 'boundstone-basemap-'))
    file = join(folder, 'maps.toml')
    writeFileSync(file, `[[basemap]]\ntitle = { zh = "内网影像", en = "Imagery" }\nurl = "${address}/{z}/{x}/{y}.png?tk=KEY"\nattribution = "审图号 GS(2024)0000号"\n`)
  })
  after(async () => {
    await closeBrowser()
    await new Promise((resolve) => { other.close(resolve) })
    rmSync(folder, { recursive: true, force: true })
  })

  it('asks nothing of them until one is switched on, and names whose it is then', async () => {
    const server = await serve(process.env.E2E_DEMO, '--demo', '--basemaps', file)
    try {
      const desk = await sitDown(server.address)
      const row = desk.test('underlay').filter({ hasText: '内网影像' })
      await row.waitFor()
      assert.deepEqual(asked, [])
      assert.equal(await desk.test('attribution').count(), 0)
      await row.locator('.el-switch').click()
      await desk.test('attribution').getByText('GS(2024)0000').waitFor()
      for (let n = 0; n < 600 && asked.length === 0; n += 1) await new Promise((resolve) => { setTimeout(resolve, 100) })
      assert.match(asked[0] ?? '', /^\/\d+\/\d+\/\d+\.png\?tk=KEY$/)
      assert.deepEqual(desk.faults, [])
      await row.locator('.el-switch').click()
      await desk.test('attribution').waitFor({ state: 'detached' })
      await desk.leave()
    } finally {
      await server.stop()
    }
  })

  it('lists none without a file, and the browser lets none in', async () => {
    const server = await serve(process.env.E2E_DEMO, '--demo')
    try {
      const desk = await sitDown(server.address)
      await desk.test('underlays').waitFor()
      assert.equal(await desk.test('underlay').count(), 0)
      const letIn = await desk.page.evaluate((url) => fetch(url).then(() => true, () => false), `${address}/1/0/0.png`)
      assert.equal(letIn, false)
      await desk.leave()
    } finally {
      await server.stop()
    }
  })
})
