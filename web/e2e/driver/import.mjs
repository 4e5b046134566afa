// One person bringing a file in, in the words of the work; and files as offices make them.
export class ImportWork {
  constructor(desk) {
    this.desk = desk
    this.page = desk.page
  }

  test(name) {
    return this.desk.test(name)
  }

  /** Drops files where they belong: `[{ name, bytes }]`. */
  async drop(...files) {
    const sent = files.map(({ name, bytes }) => ({ name, base64: Buffer.from(bytes).toString('base64') }))
    const transfer = await this.page.evaluateHandle((list) => {
      const transfer = new DataTransfer()
      for (const { name, base64 } of list) {
        const bytes = Uint8Array.from(atob(base64), (sign) => sign.charCodeAt(0))
        transfer.items.add(new File([bytes], name))
      }
      return transfer
    }, sent)
    await this.test('drop').dispatchEvent('drop', { dataTransfer: transfer })
  }

  async contentStands() {
    await this.test('source').first().waitFor()
  }

  sources() {
    return this.test('source').allInnerTexts()
  }

  sample() {
    return this.test('sample').innerText()
  }

  async into(layer) {
    await this.test('import-layer').selectOption(layer)
  }

  async goOn() {
    await this.page.locator('[data-test=import-next]:not([disabled])').click()
  }

  async at(step) {
    await this.page.locator(`[data-test=step-${step}][aria-current=step]`).waitFor()
  }

  /** The probable coordinate systems as they are offered. */
  async guesses() {
    await this.test('guess').first().waitFor()
    return this.test('guess').allInnerTexts()
  }

  async coordinates(crs) {
    await this.page.locator(`[data-test="crs-${crs}"]`).check()
  }

  /** Which field each column fills, as shown; waits for the recognition. */
  async mapping() {
    await this.at('columns')
    await this.page.locator('[data-test=import-next]:not([disabled])').waitFor()
    return this.page.locator('[data-test=column]').evaluateAll((rows) =>
      Object.fromEntries(rows.map((row) => [row.querySelector('th').textContent, row.querySelector('select').selectedOptions[0].textContent.trim()])),
    )
  }

  async map(column, field) {
    await this.page.locator(`[data-test="map-${column}"]`).selectOption(field)
  }

  /** Gives a field one value for all rows; a code by its title. */
  async sayForAll(field, text) {
    const own = this.page.locator(`#constant-${field}`)
    if ((await own.count()) === 0) await this.test('constant-add').selectOption(field)
    if ((await own.evaluate((element) => element.tagName)) === 'SELECT') await own.selectOption({ label: text })
    else await own.fill(text)
  }

  /** Reads the first rows anew in a text encoding. */
  async readIn(encoding) {
    await this.page.getByText('文字是乱码？').click()
    const answered = this.page.waitForResponse((response) => response.url().includes('/source?'))
    await this.test('encoding').selectOption(encoding)
    await answered
  }

  // -- rows that found no record -----------------------------------------------------------------------

  async unmatched() {
    await this.test('tab-unmatched').click()
    await this.test('unmatched').first().waitFor()
    return this.test('unmatched').allInnerTexts()
  }

  rowOf(name) {
    return this.test('unmatched').filter({ hasText: name })
  }

  async chooseCandidate(name, candidate) {
    await this.rowOf(name).locator('[data-test=candidate]').filter({ hasText: candidate }).click()
    return this.rowOf(name).locator('[data-test=placed]').innerText()
  }

  /** Places a row by a click on the map, so many pixels from its middle. */
  async placeOnMap(name, dx = 0, dy = 0) {
    await this.rowOf(name).locator('[data-test=place-on-map]').click()
    await this.test('map-asking').waitFor()
    await this.desk.clickMap(dx, dy)
    await this.test('map-asking').waitFor({ state: 'detached' })
    return this.rowOf(name).locator('[data-test=placed]').innerText()
  }

  async tryAgain() {
    const older = this.page.url()
    await this.test('try-again').click()
    await this.page.waitForFunction((url) => location.href !== url && document.querySelector('[data-test=result]'), older)
    await this.page.locator('[data-test=try-again]').waitFor({ state: 'detached' })
  }

  async counts() {
    await this.at('result')
    await this.test('result').waitFor()
    const count = async (kind) => Number((await this.test(`count-${kind}`).innerText()).replaceAll(',', ''))
    return { new: await count('new'), changed: await count('changed'), unchanged: await count('unchanged'), refused: await count('refused') }
  }

  async findings() {
    await this.test('tab-findings').click()
    // a trial that is run again puts its own list in the place of the last one's
    for (;;) {
      await this.page.locator('[data-test=finding-group], [data-test=findings-none]').first().waitFor()
      const told = await this.test('finding-group').allInnerTexts()
      if (told.length > 0 || (await this.test('findings-none').count()) > 0) return told
    }
  }

  async changes() {
    await this.test('tab-changes').click()
    await this.test('import-change').first().waitFor()
    return this.test('import-change').allInnerTexts()
  }

  /** Goes to the place of the first finding or change that has one. */
  async zoom(what) {
    await this.test(`${what}-zoom`).first().click()
  }

  async accept({ by, reason, document }) {
    await this.at('accept')
    await this.desk.fill('accept-by', by)
    await this.desk.fill('accept-reason', reason)
    if (document) await this.desk.fill('accept-document', document)
    await this.test('accept').click()
  }

  async written() {
    await this.test('import-done').waitFor()
    return this.test('import-done').innerText()
  }

  async undo(reason) {
    await this.test('import-undo').click()
    await this.test('undo-dialog').waitFor()
    await this.desk.fill('undo-reason', reason)
    await this.test('undo-confirm').click()
    await this.test('import-undo').waitFor({ state: 'detached' })
  }

  async unfinished() {
    await this.page.locator('[data-test=drop]').waitFor()
    await this.page.waitForTimeout(500)
    return this.test('unfinished').allInnerTexts()
  }

  async takeUp(name) {
    await this.test('unfinished').filter({ hasText: name }).click()
  }

  async discard() {
    await this.test('import-discard').click()
    await this.test('discard-yes').click()
    await this.test('drop').waitFor()
  }

  async jobs() {
    await this.test('jobs').click()
    await this.test('job').first().waitFor()
    return this.test('job').allInnerTexts()
  }
}

const pairs = new Map()
/** Text in GBK, the encoding of old office software. */
export function gbk(text) {
  if (pairs.size === 0) {
    const decoder = new TextDecoder('gbk')
    for (let first = 0x81; first <= 0xfe; first += 1) {
      for (let second = 0x40; second <= 0xfe; second += 1) {
        if (second !== 0x7f) pairs.set(decoder.decode(Uint8Array.of(first, second)), [first, second])
      }
    }
  }
  return Uint8Array.from([...text].flatMap((sign) => (sign.codePointAt(0) < 0x80 ? [sign.codePointAt(0)] : (pairs.get(sign) ?? [0x3f]))))
}

/** A table as CSV in GBK. */
export function csv(name, rows) {
  return { name, bytes: gbk(rows.map((row) => row.join(',')).join('\r\n')) }
}
