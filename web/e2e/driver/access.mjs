// One planner of services, in the words of the work: asks for a class, reads its coverage, tries a facility elsewhere,
// keeps a scenario, has sites sought.
export class Circles {
  constructor(desk) {
    this.desk = desk
    this.page = desk.page
  }

  test(name) {
    return this.desk.test(name)
  }

  /** Does something that asks for coverage, and waits until the answer is on the page. */
  async answered(act, fits = () => true) {
    const heard = this.page.waitForResponse((response) => response.url().endsWith('/services/coverage') && fits(response.request().postDataJSON()))
    await act()
    const answer = await (await heard).json()
    await this.settled()
    return answer
  }

  /** Until no figure is on its way. */
  async settled() {
    await this.test('access-share').first().waitFor()
    await this.page.waitForFunction(() => !/正在计算|Working/.test(document.querySelector('[data-test=access-hint]')?.textContent ?? ''))
  }

  async choose(id) {
    await this.answered(() => this.test('access-class').selectOption(id), ({ question }) => question.class === id)
  }

  /** The share of households within reach, in per cent. */
  async share() {
    return Number((await this.test('access-share').first().innerText()).replace(/\s*%/, ''))
  }

  /** The share of a row in the table of both meanings, in per cent. */
  async figure(name) {
    return Number((await this.page.locator(`[data-test=access-figure-${name}] td b`).innerText()).replace(/\s*%/, ''))
  }

  bars() {
    return this.test('access-charts').locator('[data-test=bar]').evaluateAll((rows) => rows.map((row) => ({ name: row.querySelector('.name').textContent, share: row.querySelector('.figure').firstChild.textContent })))
  }

  async turn(tab) {
    await this.test(`access-${tab}`).click()
    await this.page.waitForURL((url) => url.pathname.startsWith(`/access/${tab}`))
  }

  /** The map over a place, at rest there. */
  async over([lon, lat], zoom = 14) {
    await this.desk.turnTo(`${new URL(this.page.url()).pathname}?at=${lon},${lat},${zoom}`)
    await this.page.waitForFunction(([x, y]) => {
      const at = new URL(location.href).searchParams.get('at')?.split(',').map(Number)
      return at && Math.abs(at[0] - x) < 1e-4 && Math.abs(at[1] - y) < 1e-4
    }, [lon, lat])
  }

  /** Adds a facility in the middle of the map, by the keyboard alone. */
  async addInTheMiddle() {
    await this.test('access-tool-add').press('Enter')
    await this.page.locator('.maplibregl-canvas').focus()
    return this.answered(() => this.page.keyboard.press('Enter'), ({ question }) => question.changes?.length > 0)
  }

  /** A trial with one facility added at a place, unless something is tried already. */
  async tried(place) {
    await this.turn('plan')
    await this.settled()
    if (await this.test('access-change').count()) return
    await this.over(place)
    await this.addInTheMiddle()
  }

  async keep(title, by) {
    await this.test('scenario-save').click()
    await this.test('scenario-title').fill(title)
    await this.test('scenario-by').fill(by)
    await this.test('scenario-run').click()
    await this.test('scenario').filter({ hasText: title }).waitFor()
  }

  /** A file of a scenario: its name and first bytes. */
  async download(format) {
    const [download] = await Promise.all([this.page.waitForEvent('download'), this.test(`scenario-${format}`).first().click()])
    return { name: download.suggestedFilename(), stream: await download.createReadStream() }
  }

  /** Has sites sought and waits for what comes of it. */
  async seek({ model, target, p, by, seconds = 20, from }) {
    await this.test('siting-form').waitFor()
    await this.test(`siting-model-${model}`).check()
    for (const [name, value] of [['target', target], ['p', p], ['seconds', seconds], ['by', by]]) {
      if (value !== undefined) await this.test(`siting-${name}`).fill(String(value))
    }
    if (from) await this.test('siting-from').selectOption(from)
    await this.test('siting-start').click()
    await this.test('siting-result').waitFor()
  }
}
