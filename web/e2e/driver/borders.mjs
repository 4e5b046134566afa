// One person changing borders, in the words of the work: takes hold of a border, drags a point, cuts a division,
// reads what becomes of both sides, submits. Places are given in degrees.
import assert from 'node:assert/strict'
import { Drawing, by } from './drawing.mjs'

const far = (a, b) => Math.hypot((a[0] - b[0]) * 100_900, (a[1] - b[1]) * 110_800)

export class Borders {
  constructor(desk, office) {
    this.desk = desk
    this.office = office
    this.page = desk.page
    this.pen = new Drawing(desk)
  }

  test(name) {
    return this.desk.test(name)
  }

  /** Borders of a level round a place, as the server has them. */
  async arcs(level, [lon, lat], reach = 0.02) {
    return this.office.send('POST', '/api/v1/borders/arcs', { level, window: [lon - reach, lat - reach, lon + reach, lat + reach] })
  }

  /** A point inside of a border between two named divisions, with its neighbours at least so many metres away. */
  async pointBetween(level, one, other, near, metres = 40) {
    const { borders, divisions } = await this.arcs(level, near, 0.08)
    const label = (at) => (at === null ? null : divisions[at].label)
    const arc = borders.find(({ left, right }) => [label(left), label(right)].sort().join() === [one, other].sort().join())
    assert.ok(arc, `${one} and ${other} have a border`)
    const at = arc.points.findIndex((place, v) => v > 0 && v < arc.points.length - 1 && [arc.points[v - 1], arc.points[v + 1]].every((side) => far(side, place) > metres))
    assert.ok(at > 0, 'a point that stands alone')
    return { arc, at, place: arc.points[at], label }
  }

  /** Shows a place on a level, with nothing in the draft; the page is loaded only the first time. */
  async open(level, [lon, lat], zoom = 16) {
    const address = `/boundary/borders?at=${lon},${lat},${zoom}`
    if (this.page.url().includes('/boundary/borders')) {
      if (await this.test('border-discard').count()) await this.test('border-discard').click()
      await this.edits(0)
      await this.page.keyboard.press('Escape')
      await this.tool('points')
      await this.desk.turnTo(address)
    } else {
      await this.desk.open(address)
      await this.desk.mapIsDrawn()
    }
    await this.test('borders-level').selectOption(level)
    await this.ready()
  }

  /** Waits until the borders in view are known and nothing is being tried out. */
  async ready() {
    await this.page.locator('[data-test=borders-panel][aria-busy=false]').waitFor()
  }

  tool(name) {
    return this.page.locator(`label:has([data-test=borders-tool-${name}])`).click()
  }

  async click(place) {
    const [x, y] = await this.pen.pixel(place)
    await this.page.mouse.move(x - 3, y)
    await this.page.mouse.click(x, y)
  }

  /** Takes hold of a border where it runs through a place. */
  async take(place) {
    await this.click(place)
    await this.test('border-title').waitFor()
    return this.test('border-title').innerText()
  }

  async drag(place, to) {
    const [[x, y], [u, v]] = [await this.pen.pixel(place), await this.pen.pixel(to)]
    await this.page.mouse.move(x - 3, y)
    await this.page.mouse.move(x, y)
    await this.page.mouse.down()
    await this.page.mouse.move((x + u) / 2, (y + v) / 2, { steps: 3 })
    await this.page.mouse.move(u, v, { steps: 3 })
    await this.page.mouse.up()
    await this.ready()
  }

  async edits(count) {
    await this.test('border-count').filter({ hasText: String(count) }).waitFor()
    await this.ready()
  }

  /** Square metres that each division gains, by name. */
  async gains() {
    const rows = await this.test('border-effect').evaluateAll((cells) => cells.map((cell) => [cell.dataset.label, Number(cell.dataset.gain)]))
    return Object.fromEntries(rows)
  }

  async submit({ by: who, reason, document = '' }) {
    await this.test('border-submit').click()
    await this.test('border-by').fill(who)
    await this.test('border-reason').fill(reason)
    await this.test('border-document').fill(document)
    await this.test('border-run').click()
    await this.test('border-commit').waitFor({ state: 'detached' })
    await this.edits(0)
  }

  /** Refusals in the tray. */
  async refusal() {
    await this.test('border-refused').waitFor()
    return this.test('border-refused').innerText()
  }

  async draw(places) {
    for (const place of places) await this.click(place)
  }

  async areaOf(hit) {
    return (await this.office.record(hit)).measures.area_m2
  }
}
export { by }
