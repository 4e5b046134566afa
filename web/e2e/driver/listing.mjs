// One person at a list of things within a record's form: reference objects of a marker, events of a name.
export class Listing {
  constructor(desk, field) {
    this.desk = desk
    this.list = desk.test(`list-${field}`)
    this.field = field
  }

  rows() {
    return this.list.locator('fieldset').count()
  }

  /** Adds a row and writes into it with the keyboard alone, from member to member. */
  async add(...texts) {
    await this.list.locator(`[data-test="list-add-${this.field}"]`).focus()
    await this.desk.press('Enter')
    for (const [at, text] of texts.entries()) {
      if (at > 0) await this.desk.press('Tab')
      await this.desk.type(text)
    }
  }

  member(row, name) {
    return this.list.locator('fieldset').nth(row).locator(`[data-test="member-${name}"] :is(input, select, textarea)`)
  }

  async write(row, name, text) {
    await this.member(row, name).fill(text)
  }

  async remove(row) {
    await this.list.locator('fieldset').nth(row).locator('[data-test^="list-remove-"]').click()
  }

  /** Brings back what was removed first. */
  async bringBack() {
    await this.list.locator('[data-test^="list-back-"]').first().click()
  }

  alerts() {
    return this.list.getByRole('alert').allInnerTexts()
  }
}
