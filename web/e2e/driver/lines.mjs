// Work with lines and markers, in the office's words.
export class LineWork {
  constructor(desk) {
    this.desk = desk
    this.page = desk.page
  }

  /** The list of all lines, with nothing chosen, looked for or open beside. */
  async begin() {
    await this.desk.test('boundary-lines').click()
    await this.desk.test('drawer').waitFor({ state: 'detached' })
    for (const pane of ['derive-pane', 'number-pane']) {
      if (await this.desk.test(pane).count()) await this.desk.test(pane).getByText('返回界线列表').click()
    }
    if (await this.desk.test('lines-find').count()) await this.find('')
    await this.stands()
  }

  async stands() {
    await this.desk.test('lines-panel').waitFor()
    await this.page.waitForFunction(() => document.querySelector('[data-test=line-row], [data-test=lines-none]'))
  }

  async names() {
    return this.page.locator('[data-test=line-row] b').allTextContents()
  }

  async find(words) {
    await this.desk.test('lines-find').fill(words)
  }

  /** Opens a line by its name; its own part of the drawer stands then. */
  async open(name) {
    await this.page.locator('[data-test=line-row]', { hasText: name }).first().click()
    await this.desk.test('line-section').waitFor()
  }

  async unfold(title) {
    const head = this.page.locator('.special .el-collapse-item__header', { hasText: title })
    if ((await head.getAttribute('aria-expanded')) !== 'true') await head.click()
  }

  /** Signs what is about to be written; one who has signed before is not asked again. */
  async sign(by, reason) {
    const start = this.desk.test('act-start')
    await start.or(this.desk.test('lines-panel')).first().waitFor()
    if (!(await start.isVisible())) return
    await this.desk.test('act-by').fill(by)
    await this.desk.test('act-reason').fill(reason)
    await start.click()
  }

  /** What is fetched when a paper's button is pressed: its name and its first bytes. */
  async paper(test) {
    const [download] = await Promise.all([this.page.waitForEvent('download', { timeout: 60_000 }), this.desk.test(test).click()])
    const stream = await download.createReadStream()
    const parts = []
    for await (const part of stream) parts.push(part)
    return { name: download.suggestedFilename(), bytes: Buffer.concat(parts) }
  }
}
