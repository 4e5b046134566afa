// One person at the table of a layer, in the words of the work.
export class TableWork {
  constructor(desk) {
    this.desk = desk
    this.page = desk.page
  }

  async stands() {
    await this.page.locator('[data-test=row][data-id]').first().waitFor()
  }

  async withoutMap() {
    await this.desk.test('map-toggle').click()
  }

  async settled() {
    await this.page.waitForFunction(() => /\d/.test(document.querySelector('[data-test=count]')?.textContent ?? ''))
    await this.stands()
  }

  async count() {
    await this.settled()
    return Number((await this.desk.test('count').innerText()).replace(/[^\d]/g, ''))
  }

  rowsInPage() {
    return this.desk.test('row').count()
  }

  /** Presses a key in the grid. */
  async press(key) {
    await this.desk.test('grid').focus()
    await this.page.keyboard.press(key)
  }

  async rowStands(number) {
    await this.page.locator(`[data-test=row][data-id][aria-rowindex="${number + 1}"]`).waitFor()
  }

  async sortBy(field) {
    const answered = this.page.waitForResponse((response) => response.url().includes('/items?'))
    await this.desk.test(`sort-${field}`).click()
    await answered
    await this.settled()
  }

  async column(field) {
    await this.settled()
    return this.desk.test(`cell-${field}`).allInnerTexts()
  }

  async ids(count) {
    const ids = await this.page.locator('[data-test=row][data-id]').evaluateAll((rows) => rows.map((row) => row.dataset.id))
    return ids.slice(0, count)
  }

  async filterByCode(field, title) {
    await this.desk.test(`filter-${field}`).click()
    await this.desk.test('column-filter').getByLabel(title).check()
    await this.applyFilter()
  }

  async filterByText(field, text) {
    await this.desk.test(`filter-${field}`).click()
    await this.desk.test('filter-text').fill(text)
    await this.applyFilter()
  }

  async applyFilter() {
    const answered = this.page.waitForResponse((response) => response.url().includes('filter='))
    await this.desk.test('filter-apply').click()
    await answered
    await this.settled()
  }

  async toggleColumn(field) {
    await this.desk.test('columns').click()
    await this.desk.test(`column-${field}`).click()
    await this.desk.test(`sort-${field}`).waitFor()
  }

  async startEditing({ by, reason, document }) {
    await this.desk.test('desk-start').click()
    await this.desk.test('act-by').fill(by)
    await this.desk.test('act-reason').fill(reason)
    if (document) await this.desk.test('act-document').fill(document)
    await this.desk.test('act-start').click()
  }

  cell(row, field) {
    return this.desk.test('row').nth(row).locator(`[data-test="cell-${field}"]`)
  }

  async stand(row, field) {
    await this.cell(row, field).click()
  }

  /** Begins to write into a cell, as one does in a spreadsheet: by writing. */
  async begin(row, field, text) {
    await this.stand(row, field)
    await this.page.keyboard.press('Enter')
    await this.desk.test('editor').fill(text)
  }

  async write(row, field, text, { shown = false } = {}) {
    if (shown && (await this.desk.test(`sort-${field}`).count()) === 0) {
      await this.toggleColumn(field)
      await this.page.keyboard.press('Escape')
    }
    await this.begin(row, field, text)
    await this.page.keyboard.press('Enter')
  }

  async saved() {
    await this.desk.sees('已保存，登记册现为第')
    await this.page.locator('.el-message').first().waitFor({ state: 'detached' })
  }

  /** Pastes a block as a spreadsheet puts it on the clipboard; gives the changes previewed. */
  async paste(text) {
    await this.desk.test('grid').evaluate((grid, block) => {
      const data = new DataTransfer()
      data.setData('text/plain', block)
      grid.dispatchEvent(new ClipboardEvent('paste', { clipboardData: data, bubbles: true, cancelable: true }))
    }, text)
    await this.desk.test('preview').waitFor()
    return this.desk.test('preview-row').allInnerTexts()
  }

  async savePreview() {
    await this.desk.test('preview-save').click()
    await this.desk.test('preview').waitFor({ state: 'detached' })
    await this.saved()
  }

  async undo() {
    await this.press('Control+z')
    await this.desk.sees('已撤销“')
    await this.page.locator('.el-message').first().waitFor({ state: 'detached' })
  }

  async redo() {
    await this.press('Control+y')
    await this.desk.sees('已重做“')
    await this.page.locator('.el-message').first().waitFor({ state: 'detached' })
  }

  async openRecord(row) {
    await this.desk.test('row').nth(row).locator('.number button').click()
    await this.desk.recordOpens()
  }
}
