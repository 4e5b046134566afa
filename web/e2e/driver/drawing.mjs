// One person drawing on the map, in the words of the work. Places are given in degrees; the pen goes where
// they are on the screen.
import assert from 'node:assert/strict'

/** In the demo district, where streets and estates are. */
export const HERE = [102.70412, 25.04723]
const east = (at, metres) => [at[0] + metres / 100_900, at[1]]
const north = (at, metres) => [at[0], at[1] + metres / 110_800]
export const by = (at, x, y) => north(east(at, x), y)
export const near = (a, b, metres) => Math.hypot((a[0] - b[0]) * 100_900, (a[1] - b[1]) * 110_800) <= metres
export const SIGNED = { by: '张三', reason: '实地核查', document: '五民〔2026〕12 号' }

/** A new area beside what is there, made at another desk. */
export async function estate(office, name, corner, geometry) {
  const [lon, lat] = corner
  const ring = [[lon, lat], by(corner, 60, 0), by(corner, 60, 50), by(corner, 0, 50), [lon, lat]]
  const done = await office.send('POST', '/api/v1/changes', {
    by: '李四', reason: '备好', changes: [{ op: 'create', layer: 'compound', set: { name }, geometry: geometry ?? { type: 'Polygon', coordinates: [ring] } }],
  })
  return { layer: 'compound', id: done.changes[0].id }
}

export class Drawing {
  constructor(desk) {
    this.desk = desk
    this.page = desk.page
  }

  test(name) {
    return this.desk.test(name)
  }

  /** Goes to a place so near that pixels are about 0.5 m, and waits for the map. */
  async goTo([lon, lat], zoom = 17) {
    await this.desk.turnTo(`/map?at=${lon},${lat},${zoom}`)
    await this.desk.mapIsDrawn()
    await this.quiet()
  }

  /** Opens a record, with the map so near its place that pixels are about a quarter of a metre. */
  async open({ layer, id }, title, [lon, lat], zoom = 18) {
    await this.desk.turnTo(`/map?at=${lon},${lat},${zoom}&sel=${layer}/${id}`)
    await this.desk.recordOpens(title)
    await this.desk.mapIsDrawn()
    await this.quiet()
  }

  /** Waits until no answer has come for a while. */
  async quiet(pause = 700) {
    for (let seen = -1; seen !== this.desk.requests.length;) {
      seen = this.desk.requests.length
      await this.page.waitForTimeout(pause)
    }
  }

  /** Where a place is on the screen: computed from what the address says is shown. */
  async pixel([lon, lat]) {
    const [centreLon, centreLat, zoom] = await this.desk.place()
    const world = 512 * 2 ** zoom
    const x = (degrees) => (degrees / 360) * world
    const y = (degrees) => (Math.log(Math.tan(Math.PI / 4 + (degrees * Math.PI) / 360)) / (2 * Math.PI)) * world
    const box = await this.page.locator('.maplibregl-canvas').boundingBox()
    return [box.x + box.width / 2 + x(lon) - x(centreLon), box.y + box.height / 2 - (y(lat) - y(centreLat))]
  }

  async point(place) {
    const [x, y] = await this.pixel(place)
    await this.page.mouse.move(x - 3, y)
    await this.page.mouse.move(x, y)
    await this.page.waitForTimeout(120)
    return [x, y]
  }

  async click(place) {
    const [x, y] = await this.point(place)
    await this.page.mouse.click(x, y)
    await this.page.waitForTimeout(250)
  }

  async drag(from, to) {
    await this.point(from)
    await this.page.mouse.down()
    const [x, y] = await this.pixel(to)
    const [u, v] = await this.pixel(from)
    await this.page.mouse.move((x + u) / 2, (y + v) / 2, { steps: 4 })
    await this.page.mouse.move(x, y, { steps: 4 })
    await this.page.waitForTimeout(200)
    await this.page.mouse.up()
    await this.page.waitForTimeout(400)
  }

  // -- beginning and ending ----------------------------------------------------------------------------

  /** Chooses a layer (and a kind, where it takes several) from the menu. */
  async begin(layer, kind) {
    await this.test('add-record').click()
    await this.test(kind ? `add-${layer}-${kind}` : `add-${layer}`).click()
    await this.isReady()
  }

  async isReady() {
    await this.test('draw-hint').filter({ hasNotText: '正在准备' }).waitFor()
    await this.page.waitForTimeout(300)
  }

  async reshape() {
    await this.test('reshape').click()
    await this.isReady()
    await this.quiet()
  }

  async snapping(on) {
    await this.test('draw-snap').setChecked(on)
    await this.page.locator('.maplibregl-canvas').focus()
  }

  async finish() {
    await this.test('draw-finish').click()
    await this.isOver()
  }

  async isOver() {
    await this.test('draw-bench').waitFor({ state: 'detached' })
  }

  isUnderWay() {
    return this.test('draw-bench').isVisible()
  }

  figures() {
    return this.test('draw-figures').innerText()
  }

  async vertices() {
    return Number(/(\d+) 个顶点/.exec(await this.figures())?.[1] ?? NaN)
  }

  // -- the form ------------------------------------------------------------------------------------------

  async write(field, text) {
    const own = this.page.locator(`#form-${field}`)
    if ((await own.evaluate((element) => element.tagName)) === 'SELECT') await own.selectOption({ label: text })
    else await own.fill(text)
  }

  async sign({ by, reason, document = '' }) {
    await this.test('form-by').fill(by)
    await this.test('form-reason').fill(reason)
    await this.test('form-document').fill(document)
  }

  async save() {
    await this.test('form-save').click()
    await this.test('record-form').waitFor({ state: 'detached' })
  }

  /** The id of the record that is open. */
  async opened(title) {
    await this.desk.recordOpens(title)
    const [layer, id] = this.desk.selection().split('/')
    return { layer, id }
  }

  // -- coordinates ---------------------------------------------------------------------------------------

  async openCoordinates() {
    await this.test('draw-coordinates').click()
    await this.test('draw-table').waitFor()
  }

  coordinates() {
    return this.test('draw-vertex').evaluateAll((inputs) => inputs.map((input) => input.value))
  }

  async typePlace(text) {
    await this.test('draw-next').fill(text)
    await this.page.keyboard.press('Enter')
  }

  async pastePlaces(text) {
    await this.test('draw-next').focus()
    await this.test('draw-next').evaluate((input, pasted) => {
      const data = new DataTransfer()
      data.setData('text', pasted)
      input.dispatchEvent(new ClipboardEvent('paste', { clipboardData: data, bubbles: true, cancelable: true }))
    }, text)
  }

  async says(pattern) {
    const said = await this.test('draw-said').innerText()
    assert.match(said, pattern)
  }
}
