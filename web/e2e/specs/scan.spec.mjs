// Pictures under the data: a scan laid by points in the picture and on the map, taken back, renamed, removed.
import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { deflateSync } from 'node:zlib'
import { after, afterEach, before, beforeEach, describe, it } from 'node:test'
import { closeBrowser, sitDown } from '../driver/desk.mjs'
import { Scanning } from '../driver/scanning.mjs'
import { serve } from '../driver/server.mjs'

/** A PNG of four coloured quarters. */
function quarters(width, height) {
  const table = Array.from({ length: 256 }, (_, n) => { let c = n; for (let k = 0; k < 8; k += 1) c = c & 1 ? 0xedb88320 ^ (c >>> 1) : c >>> 1; return c >>> 0 })
  const crc = (bytes) => { let c = 0xffffffff; for (const b of bytes) c = table[(c ^ b) & 255] ^ (c >>> 8); return (c ^ 0xffffffff) >>> 0 }
  const chunk = (name, body) => {
    const head = Buffer.from([...name].map((l) => l.charCodeAt(0)))
    const size = Buffer.alloc(4)
    const sum = Buffer.alloc(4)
    size.writeUInt32BE(body.length)
    sum.writeUInt32BE(crc(Buffer.concat([head, body])))
    return Buffer.concat([size, head, body, sum])
  }
  const rows = Buffer.alloc((1 + width * 3) * height)
  const inks = [[200, 30, 30], [30, 160, 30], [30, 30, 200], [220, 200, 20]]
  for (let y = 0; y < height; y += 1) {
    for (let x = 0; x < width; x += 1) {
      const ink = inks[(x < width / 2 ? 0 : 1) + (y < height / 2 ? 0 : 2)]
      ink.forEach((value, at) => { rows[y * (1 + width * 3) + 1 + x * 3 + at] = value })
    }
  }
  const head = Buffer.alloc(13)
  head.writeUInt32BE(width, 0)
  head.writeUInt32BE(height, 4)
  head.set([8, 2, 0, 0, 0], 8)
  return Buffer.concat([Buffer.from([137, 80, 78, 71, 13, 10, 26, 10]), chunk('IHDR', head), chunk('IDAT', deflateSync(rows)), chunk('IEND', Buffer.alloc(0))])
}

describe('pictures under the data', () => {
  let server, desk, folder, scanning
  before(async () => {
    server = await serve(process.env.E2E_DEMO, '--demo')
    folder = mkdtempSync(join(tmpdir(), 'boundstone-scan-'))
    writeFileSync(join(folder, '老地图.png'), quarters(800, 600))
    writeFileSync(join(folder, '规划图.png'), quarters(400, 300))
    // 0.0001 degrees a pixel
    writeFileSync(join(folder, '规划图.pgw'), '0.0001\n0\n0\n-0.0001\n102.68\n25.06\n')
    writeFileSync(join(folder, '说明.txt'), 'x')
  })
  after(async () => {
    await closeBrowser()
    await server?.stop()
    rmSync(folder, { recursive: true, force: true })
  })
  beforeEach(async () => {
    desk = await sitDown(server.address)
    scanning = new Scanning(desk)
  })
  afterEach(async () => {
    assert.deepEqual(desk.strangers(), [])
    assert.deepEqual(desk.faults, [])
    await desk.leave()
  })

  it('lays a scan by three points, with a fourth undone, then renames and removes it', async () => {
    await scanning.begin(join(folder, '老地图.png'))
    await scanning.pair([0.1, 0.1], [0.2, 0.25])
    await scanning.pair([0.9, 0.1], [0.8, 0.25])
    assert.equal(await scanning.mayPlace(), false)
    await scanning.pair([0.9, 0.9], [0.8, 0.7])
    // the same place of the picture far away: it shows, and is taken back
    await scanning.pair([0.1, 0.9], [0.75, 0.75])
    await desk.sees('请核对')
    await scanning.undo()
    await scanning.undo()
    assert.equal(await scanning.points(), 3)
    await desk.test('scan-fit').getByText('一个像素约').waitFor()
    await scanning.place('1958年地形图')
    const [shown] = await scanning.list()
    assert.deepEqual(shown, { name: '1958年地形图', on: true })
    await desk.asksFor('/tiles/underlay/')
    await scanning.rename('1958年地形图', '一九五八年图')
    assert.deepEqual((await scanning.list()).map(({ name }) => name), ['一九五八年图'])
    await scanning.remove('一九五八年图')
    assert.deepEqual(await scanning.list(), [])
  })

  it('takes typed coordinates of a plane system, and says which are none', async () => {
    await scanning.begin(join(folder, '老地图.png'))
    await scanning.pointPicture([0.1, 0.1])
    await scanning.type('somewhere')
    await desk.sees('读不懂')
    await scanning.type('102.70, 25.05')
    assert.equal(await scanning.points(), 1)
    await scanning.pointPicture([0.9, 0.1])
    await scanning.type('570000, 2772000', 'EPSG:4543')
    assert.equal(await scanning.points(), 2)
    const [, second] = await scanning.places()
    assert.match(second, /^102\.\d+, 25\.0\d+$/)
    await scanning.close()
  })

  it('asks of a picture with a world file only for its system, and refuses what is no picture', async () => {
    await scanning.choose(join(folder, '说明.txt'))
    assert.equal(await desk.test('scan-pane').count(), 0)
    await scanning.choose(join(folder, '规划图.png'), join(folder, '规划图.pgw'))
    await desk.test('scan-crs').waitFor()
    assert.equal(await scanning.mayPlace(), false)
    await scanning.system('EPSG:4490')
    await scanning.place('规划图')
    assert.ok((await scanning.list()).some(({ name, on }) => name === '规划图' && on))
  })
})
