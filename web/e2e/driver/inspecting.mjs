// The inspection desk in the words of the work: rounds, tasks, what a side found.
export class Inspecting {
  constructor(desk) {
    this.desk = desk
    this.page = desk.page
  }

  /** Goes to the desk, or to one round or task of it. */
  async open(path = '') {
    await this.desk.turnTo(`/boundary/rounds${path}`)
    await this.desk.test('rounds').waitFor({ state: 'attached' })
  }

  /** Sits down there anew. */
  async openAnew(path = '') {
    await this.desk.open(`/boundary/rounds${path}`)
    await this.desk.test('rounds').waitFor({ state: 'attached' })
  }

  /** What is said of a line that is due. */
  due(line) {
    return this.desk.test('due-line').filter({ hasText: line }).innerText()
  }

  async choose(line) {
    await this.desk.test('due-line').filter({ hasText: line }).locator('input').check()
  }

  /** Stands at a place, as the phone's position says. */
  async standAt([longitude, latitude], accuracy = 4) {
    const context = this.page.context()
    await context.grantPermissions(['geolocation'])
    await context.setGeolocation({ longitude, latitude, accuracy })
  }

  /** Opens a task of the list by its key, `marker/<line>/<number>`. */
  async task(key) {
    await this.page.locator(`[data-test=task][data-key="${key}"]`).click()
    await this.desk.test('task-form').waitFor()
  }

  /** Gives one of the answers of the form, such as `found-yes` or `condition-tilted`. */
  async answer(...names) {
    for (const name of names) await this.desk.test(name).click()
  }

  async save() {
    await this.desk.test('task-save').click()
  }

  async isSaved() {
    await this.desk.test('task-saved').waitFor()
    return this.desk.test('task-saved').innerText()
  }

  /** How many tasks a side has done on a line, as the board says. */
  async done(line, side) {
    const cell = this.desk.test(`board-${line}-${side}`).locator('[data-test=board-done]')
    return Number(await cell.textContent())
  }
}
