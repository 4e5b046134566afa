// The pictures of a record, in the words of whoever looks at them and adds to them.
export class Pictures {
  constructor(desk) {
    this.desk = desk
    this.page = desk.page
  }

  /** Until a field shows so many. */
  async shows(field, count) {
    await this.page.waitForFunction(([name, wanted]) => {
      const all = [...document.querySelectorAll(`[data-test=media-${name}] [data-test=thumb] img`)]
      return all.length === wanted && all.every((image) => image.complete && image.naturalWidth > 0)
    }, [field, count])
  }

  async open(at) {
    await this.desk.test('thumb').nth(at).click()
    await this.desk.test('picture').waitFor()
  }

  title() {
    return this.desk.test('picture-title').innerText()
  }

  /** Whether Tab leads round within the large picture only. */
  async holdsFocus() {
    for (let turn = 0; turn < 8; turn += 1) {
      await this.page.keyboard.press('Tab')
      const outside = await this.page.evaluate(() => document.activeElement !== document.body && !document.activeElement?.closest('dialog'))
      if (outside) return false
    }
    return true
  }

  async choose(field, file) {
    await this.desk.test(`file-${field}`).setInputFiles(file)
  }

  async sign(by, reason) {
    await this.desk.test('sign-do').waitFor()
    await this.desk.test('sign-by').fill(by)
    await this.desk.test('sign-reason').fill(reason)
    await this.desk.test('sign-do').click()
  }

  async trouble() {
    await this.desk.test('media-trouble').waitFor()
    return this.desk.test('media-trouble').innerText()
  }
}
