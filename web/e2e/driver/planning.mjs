// One planner, in the words of the work: looks at communities, has a plan drawn, paints on it, saves, accepts.
export class Planning {
  constructor(desk) {
    this.desk = desk
    this.page = desk.page
  }

  test(name) {
    return this.desk.test(name)
  }

  /** The audit, with a community ticked. */
  async tick(name) {
    await this.test('audit-street').first().waitFor()
    await this.test('audit-community').filter({ hasText: name }).locator('input').check()
  }

  /** Has what is ticked drawn, and waits for the plan. */
  async draw({ kind, by, seconds = 2, min, max, zones }) {
    if (await this.test('plan-form').count() === 0) await this.form()
    if (kind) await this.test(`plan-kind-${kind}`).check()
    for (const [name, value] of [['min', min], ['max', max], ['seconds', seconds], ['zones-from', zones], ['by', by]]) {
      if (value !== undefined) await this.test(`plan-${name}`).fill(String(value))
    }
    await this.test('plan-run').click()
    await this.test('plan-definition').waitFor()
  }

  /** A figure of the division that is shown. */
  async figure(name) {
    await this.page.locator('[data-test=plan-figures]:not([aria-busy=true])').waitFor()
    const text = await this.page.locator(`[data-test=figure-${name}] td`).last().innerText()
    return text.split('\n')[0]
  }

  /** Turns the map to today, the plan or who moves. */
  async see(what) {
    await this.test(`see-${what}`).click()
  }

  /** Who moves: from, to and households of each flow. */
  async flows() {
    await this.test('moves').waitFor()
    return this.test('flow').evaluateAll((rows) => rows.map((row) => ({ from: row.querySelector('.what > span').textContent, to: row.querySelector('strong').textContent, households: Number(row.querySelector('b').textContent.replaceAll(',', '')) })))
  }

  /** Opens the form for what is ticked. */
  async form() {
    await this.test('audit-plan').click()
    await this.test('plan-form').waitFor()
    await this.page.waitForFunction(() => Number(document.querySelector('[data-test=plan-max]')?.value) > 0)
  }

  /** Gathers compounds that are to be kept so, by name. */
  async wish(kind, names) {
    await this.test(`wish-add-${kind}`).click()
    for (const name of names) {
      await this.test('wish-search').fill(name)
      await this.page.locator('[data-test=wish-hit]:enabled').filter({ hasText: name }).first().click()
      await this.test(`wish-${kind}`).last().locator('.chips').getByText(name).waitFor()
    }
    await this.test('wish-end').click()
  }

  zones() {
    return this.test('zone').evaluateAll((rows) => rows.map((row) => ({ name: row.querySelector('strong').textContent, households: Number(row.querySelector('b').textContent.replaceAll(',', '')) })))
  }

  /** Paints with a zone along a way over the map, given as shares of it. */
  async paint(zone, [from, to]) {
    await this.test('zone-tool-paint').click()
    await this.test('zone').filter({ hasText: zone }).first().click()
    const box = await this.page.locator('.maplibregl-canvas').boundingBox()
    const at = ([x, y]) => [box.x + x * box.width, box.y + y * box.height]
    const scored = this.page.waitForResponse((response) => response.url().endsWith('/score'))
    await this.page.mouse.move(...at(from))
    await this.page.mouse.down()
    await this.page.mouse.move(...at(to), { steps: 12 })
    await this.page.mouse.up()
    await scored
  }

  async saveAs(title, by) {
    await this.test('plan-save').click()
    await this.test('version-title').fill(title)
    await this.test('version-by').fill(by)
    await this.test('version-save').click()
    await this.page.locator('[data-test^=plan-version]').filter({ hasText: title }).waitFor()
  }

  async accept({ by, reason, document }) {
    await this.test('plan-accept').click()
    await this.test('accept-by').fill(by)
    await this.test('accept-reason').fill(reason)
    await this.test('accept-document').fill(document)
    await this.test('accept-run').click()
    await this.test('plan-done').waitFor()
  }
}
