// Laying pictures under the data, in the words of the work.
export class Scanning {
  constructor(desk) {
    this.desk = desk
    this.page = desk.page
  }

  async open() {
    if ((await this.desk.test('scan-bench').count()) === 0) await this.desk.test('scan-begin').click()
    await this.desk.test('scan-bench').waitFor()
  }

  /** Chooses files, as from a folder. */
  async choose(...files) {
    await this.open()
    await this.desk.test('scan-input').setInputFiles(files)
  }

  /** Chooses a scan and waits until it is drawn. */
  async begin(file) {
    await this.choose(file)
    await this.desk.test('scan-pane').waitFor()
    await this.page.waitForFunction(() => {
      const image = document.querySelector('[data-test="scan-image"]')
      const canvas = document.querySelector('[data-test="map"] canvas')
      return image?.complete && image.naturalWidth > 0 && canvas?.style.cursor === 'crosshair'
    })
  }

  /** Where the picture lies once it has come to rest: its pane changes with what stands beside it. */
  async picture() {
    const look = async () => JSON.stringify(await this.desk.test('scan-image').boundingBox())
    let [last, now] = ['', await look()]
    while (last !== now) {
      await this.page.waitForTimeout(150)
      last = now
      now = await look()
    }
    return JSON.parse(now)
  }

  /** Points at a place of the picture, as shares of its width and height. */
  async pointPicture([x, y]) {
    const box = await this.picture()
    await this.page.mouse.click(box.x + x * box.width, box.y + y * box.height)
    await this.desk.test('scan-hint').getByText('现在到地图').waitFor()
  }

  /** Points at a place of the map, as shares of what is seen of it. */
  async pointMap([x, y]) {
    const box = await this.desk.test('map').boundingBox()
    await this.page.mouse.click(box.x + x * box.width, box.y + y * box.height)
  }

  async pair(picture, map) {
    const before = await this.points()
    await this.pointPicture(picture)
    await this.pointMap(map)
    await this.desk.test('scan-point').nth(before).waitFor()
  }

  async type(text, system) {
    if (system) await this.desk.test('scan-system').selectOption(system)
    await this.desk.test('scan-typed').fill(text)
    await this.desk.test('scan-typed').press('Enter')
  }

  points() {
    return this.desk.test('scan-point').count()
  }

  /** Longitude and latitude of the points, once they are known. */
  async places() {
    await this.page.waitForFunction(() => [...document.querySelectorAll('[data-test="scan-point"]')].every((row) => !row.textContent.includes('…')))
    return this.desk.test('scan-point').locator('td:nth-child(3)').allInnerTexts()
  }

  undo() {
    return this.desk.test('scan-undo').click()
  }

  system(crs) {
    return this.desk.test('scan-crs').selectOption(crs)
  }

  mayPlace() {
    return this.desk.test('scan-place').isEnabled()
  }

  /** Lays it under the data under a name, and waits until it is there. */
  async place(name) {
    await this.desk.test('scan-title').fill(name)
    await this.desk.test('scan-place').click()
    await this.desk.test('scan-bench').waitFor({ state: 'detached' })
    await this.desk.test('underlay').filter({ hasText: name }).locator('[role=switch][aria-checked=true]').waitFor({ state: 'attached' })
  }

  close() {
    return this.desk.test('scan-close').click()
  }

  /** The pictures in the panel, the highest first. */
  list() {
    return this.desk.test('underlay').evaluateAll((rows) => rows.map((row) => ({
      name: row.querySelector('.name').textContent,
      on: row.querySelector('[role=switch]').getAttribute('aria-checked') === 'true',
    })))
  }

  async #act(name, act) {
    const row = this.desk.test('underlay').filter({ hasText: name })
    if ((await row.locator('.acts').count()) === 0) await row.locator('[data-test="underlay-more"]').click()
    await row.locator(`[data-test="underlay-${act}"]`).click()
  }

  async rename(name, to) {
    await this.#act(name, 'rename')
    await this.page.locator('[data-test="underlay-name"]').fill(to)
    await this.desk.test('underlay-rename-run').click()
    await this.desk.test('underlay').filter({ hasText: to }).waitFor()
  }

  async remove(name) {
    await this.#act(name, 'remove')
    await this.desk.test('underlay-remove-run').click()
    await this.desk.test('underlay').filter({ hasText: name }).waitFor({ state: 'detached' })
  }
}
