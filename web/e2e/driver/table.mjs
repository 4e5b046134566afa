// One person at the table of a layer, in the words of the work.
async function read(download) {
  const parts = []
  for await (const part of await download.createReadStream()) parts.push(part)
  return { name: download.suggestedFilename(), bytes: Buffer.concat(parts) }
}

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

  /** Waits for a row by its number; `above` headings of groups stand over it. */
  async rowStands(number, { above = 0 } = {}) {
    if (above) {
      await this.page.locator(`[data-test=row][data-id][aria-rowindex="${above + 2}"]`).waitFor()
      await this.page.waitForTimeout(300)
      await this.press('Control+End')
    }
    await this.page.locator(`[data-test=row][data-id][aria-rowindex="${number + above + 1}"]`).waitFor()
  }

  async counts(number) {
    await this.page.waitForFunction((wanted) => (document.querySelector('[data-test=count]')?.textContent ?? '').replace(/[^\d]/g, '') === String(wanted), number)
  }

  async sum(field) {
    await this.page.waitForFunction((name) => /\d/.test(document.querySelector(`[data-test="sum-${name}"]`)?.textContent ?? ''), field)
    return Number((await this.desk.test(`sum-${field}`).innerText()).replaceAll(',', ''))
  }

  async groupBy(field) {
    await this.desk.test('group-by').selectOption(field)
    await this.desk.test('group-open').first().waitFor()
  }

  /** Title and count of each group. */
  async groups() {
    const texts = await this.desk.test('group-open').evaluateAll((all) => all.map((one) => [one.querySelector('.name')?.textContent, one.querySelector('.count')?.textContent]))
    return texts.map(([name, count]) => `${name} ${count.replace(/[^\d]/g, '')}`)
  }

  async openGroup(at) {
    const answered = this.page.waitForResponse((response) => response.url().includes('/items?') && response.url().includes('filter='))
    await this.desk.test('group-open').nth(at).click()
    await answered
  }

  /** What has the focus. */
  standsOn() {
    return this.page.evaluate(() => document.activeElement?.getAttribute('data-test'))
  }

  async keepView(name) {
    await this.desk.test('views').click()
    await this.desk.test('view-name').fill(name)
    await this.desk.test('view-save').click()
    await this.desk.test('view').filter({ hasText: name }).waitFor()
    await this.page.keyboard.press('Escape')
  }

  async takeView(name) {
    const answered = this.page.waitForResponse((response) => response.url().includes('filter='))
    await this.desk.test('views').click()
    await this.desk.test('view').filter({ hasText: name }).click()
    await answered
    await this.settled()
  }

  async fillNew(values) {
    for (const [field, text] of Object.entries(values)) await this.page.locator(`#new-${field}`).fill(text)
    await this.desk.test('new-row-save').click()
  }

  async addRow(values) {
    await this.desk.test('add-row').click()
    await this.fillNew(values)
    await this.desk.test('new-row').waitFor({ state: 'detached' })
    await this.saved()
  }

  async deleteRow(at) {
    await this.desk.test('pick').nth(at).check()
    await this.desk.test('delete-rows').click()
    await this.desk.test('delete-sure').click()
    await this.desk.test('delete-dialog').waitFor({ state: 'detached' })
    await this.saved()
  }

  /** The row of the record chosen, wherever it stands. */
  async selectedStands() {
    await this.page.locator('[data-test=row].selected').waitFor()
  }

  async pickSelected() {
    await this.page.locator('[data-test=row].selected [data-test=pick]').check()
  }

  async export(format) {
    const arriving = this.page.waitForEvent('download')
    await this.openExport()
    await this.desk.test('export-format').selectOption(format)
    await this.desk.test('export-run').click()
    const file = await read(await arriving)
    await this.page.locator('.el-message').first().waitFor({ state: 'detached' })
    return file
  }

  async openExport() {
    if (!(await this.desk.test('export-menu').isVisible())) await this.desk.test('export').click()
    await this.desk.test('export-menu').waitFor()
  }

  /** Which columns go into the file: those shown, or all. */
  async columnsOfExport(span) {
    await this.openExport()
    await this.desk.test('export-menu').locator(`input[type=radio][value=${span}]`).last().check()
  }

  /** The file of an export in the list of jobs. */
  async fileOfJob(called) {
    await this.desk.test('jobs').click()
    const arriving = this.page.waitForEvent('download')
    await this.desk.test('job').filter({ hasText: called }).first().locator('[data-test=job-file]').click()
    return read(await arriving)
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

  /** Pastes lines that begin with what stands in a cell of the last row in view, so that the others lie below it. */
  async pasteFromLast(field, lines) {
    const last = this.page.locator('[data-test=row][data-id]').last().locator(`[data-test="cell-${field}"]`)
    await last.click()
    const there = (await last.innerText()).trim()
    await this.desk.test('grid').evaluate((grid, block) => {
      const data = new DataTransfer()
      data.setData('text/plain', block)
      grid.dispatchEvent(new ClipboardEvent('paste', { clipboardData: data, bubbles: true, cancelable: true }))
    }, [there, ...lines].join('\n'))
    await this.desk.test('preview').waitFor()
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
