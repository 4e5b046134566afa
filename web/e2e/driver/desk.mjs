// One person at the page, in the words of the work: looks up a name, reads a record, undoes a change.
// The only file that speaks to the browser.
import { chromium } from 'playwright-core'

const FLAGS = [
  '--no-sandbox',
  '--use-gl=angle',
  '--use-angle=swiftshader',
  '--enable-unsafe-swiftshader',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  '--no-first-run',
]
// software drawing on a busy machine is slow
const PATIENCE = 60_000
let browser

export async function closeBrowser() {
  await browser?.close()
  browser = undefined
}

/** Sits down at an address. `phone`: a phone's screen; `noWebgl`: a browser that cannot draw the map;
 *  `noTableMap`: one whose reader has hidden the map of the tables. */
export async function sitDown(address, path = '/', { phone = false, noWebgl = false, noTableMap = false, english = false } = {}) {
  browser ??= await chromium.launch({ executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium', args: FLAGS })
  const context = await browser.newContext({
    locale: 'zh-CN',
    reducedMotion: 'reduce',
    ...(phone ? { viewport: { width: 390, height: 844 }, isMobile: true, hasTouch: true } : { viewport: { width: 1366, height: 768 } }),
  })
  if (noWebgl) {
    await context.addInitScript(() => {
      const get = HTMLCanvasElement.prototype.getContext
      HTMLCanvasElement.prototype.getContext = function (kind, ...rest) {
        return kind.startsWith('webgl') ? null : get.call(this, kind, ...rest)
      }
    })
  }
  if (noTableMap) await context.addInitScript(() => localStorage.setItem('boundstone.table-map', 'no'))
  if (english) await context.addInitScript(() => localStorage.setItem('boundstone.language', 'en'))
  const page = await context.newPage()
  page.setDefaultTimeout(PATIENCE)
  const desk = new Desk(page, address)
  page.on('request', (request) => desk.requests.push(request.url()))
  page.on('response', (response) => desk.answers.push({ status: response.status(), method: response.request().method(), url: response.url() }))
  page.on('pageerror', (error) => desk.faults.push(error.message))
  page.on('console', (message) => {
    if (message.type() === 'error' && !message.text().includes('Failed to load resource')) desk.faults.push(message.text())
  })
  await page.goto(address + path)
  await page.locator('[data-test=import], [data-test^=layer-], [data-test=empty], [data-test=log-entry], .boundary, .zoning, .access, .naming, .trouble').first().waitFor()
  return desk
}

class Desk {
  requests = []
  answers = []
  faults = []

  constructor(page, address) {
    this.page = page
    this.address = address
  }

  test(name) {
    return this.page.locator(`[data-test="${name}"]`)
  }

  /** Unplugs the network: only our own machine can be reached from here on. */
  async unplug() {
    await this.page.context().route((url) => url.origin !== this.address, (route) => route.abort('internetdisconnected'))
  }

  /** Lets the next request that `fits(request)` reach the server, and loses its answer on the way back. */
  async loseAnswer(fits) {
    let lost = false
    await this.page.route('**/*', async (route) => {
      if (lost || !fits(route.request())) return route.fallback()
      lost = true
      await route.fetch()
      return route.abort('connectionreset')
    })
    return () => lost
  }

  async leave() {
    await this.page.context().close()
  }

  // -- looking -------------------------------------------------------------------------------------

  text(selector = 'body') {
    return this.page.locator(selector).innerText()
  }

  sees(text) {
    return this.page.getByText(text).first().waitFor()
  }

  /** Waits until the map has drawn its tiles and gives the share of pixels that are not bare ground. */
  async mapIsDrawn() {
    await this.page.locator('.maplibregl-canvas').waitFor()
    const deadline = Date.now() + PATIENCE
    for (;;) {
      const inked = await this.inked()
      if (inked > 0.02 || Date.now() > deadline) return inked
      await this.page.waitForTimeout(250)
    }
  }

  /** Share of the map's pixels that differ from the colour most frequent in it. */
  async inked() {
    const shot = await this.page.locator('.maplibregl-canvas').screenshot()
    return this.page.evaluate(async (base64) => {
      const image = new Image()
      image.src = `data:image/png;base64,${base64}`
      await image.decode()
      const canvas = document.createElement('canvas')
      canvas.width = image.width
      canvas.height = image.height
      const pen = canvas.getContext('2d')
      pen.drawImage(image, 0, 0)
      const { data } = pen.getImageData(0, 0, image.width, image.height)
      const counts = new Map()
      for (let i = 0; i < data.length; i += 4) {
        const key = (data[i] << 16) | (data[i + 1] << 8) | data[i + 2]
        counts.set(key, (counts.get(key) ?? 0) + 1)
      }
      return 1 - Math.max(...counts.values()) / (data.length / 4)
    }, shot.toString('base64'))
  }

  async picture() {
    return this.page.locator('.maplibregl-canvas').screenshot()
  }

  // -- finding and reading -------------------------------------------------------------------------

  async lookUp(text) {
    await this.test('search').fill(text)
    await this.test('hit').first().waitFor()
    return this.test('hit').allInnerTexts()
  }

  async takeHit(index = 0) {
    await this.test('hit').nth(index).click()
    await this.recordOpens()
  }

  async recordOpens(title) {
    const heading = title ? this.test('record-title').filter({ hasText: title }) : this.test('record-title')
    await heading.waitFor()
    await this.page.locator('[data-test=drawer] .facts').waitFor()
    return this.test('record-title').innerText()
  }

  /** Goes to an address of the page. */
  async open(path) {
    await this.page.goto(this.address + path)
  }

  /** The same without loading the page anew, as a link within it. */
  async turnTo(path) {
    await this.page.evaluate((to) => {
      history.pushState(history.state, '', to)
      dispatchEvent(new PopStateEvent('popstate', { state: history.state }))
    }, path)
  }

  /** Puts away what is open, as before another piece of work, and turns to an address. */
  async putAway(path) {
    await this.page.evaluate(() => { document.activeElement?.blur() })
    if (await this.test('draw-cancel').count()) await this.test('draw-cancel').click()
    for (let turn = 0; turn < 2 && (await this.test('form-discard').count()) > 0; turn += 1) await this.test('form-discard').click()
    await this.press('Escape', 'Escape')
    await this.turnTo(path)
  }

  async openRecord({ layer, id }) {
    await this.turnTo(`/map?sel=${layer}/${id}`)
    return this.recordOpens()
  }

  async history() {
    await this.test('history-entry').first().waitFor()
    return this.test('history-entry').allInnerTexts()
  }

  async clickMap(dx = 0, dy = 0) {
    const box = await this.page.locator('.maplibregl-canvas').boundingBox()
    await this.page.mouse.click(box.x + box.width / 2 + dx, box.y + box.height / 2 + dy)
  }

  async place() {
    const at = new URL(this.page.url()).searchParams.get('at')
    return at ? at.split(',').map(Number) : null
  }

  selection() {
    return new URL(this.page.url()).searchParams.get('sel')
  }

  // -- date, layers, modes -------------------------------------------------------------------------

  async lookAt(day) {
    const url = new URL(this.page.url())
    url.searchParams.set('date', day)
    await this.page.goto(url.href)
    await this.test('past').waitFor()
  }

  async pickDate(day) {
    await this.test('date').click()
    const field = this.page.locator('.el-date-editor input')
    await field.fill(day)
    await field.press('Enter')
    await this.test('past').waitFor()
  }

  async backToToday() {
    await this.test('past').getByRole('button').click()
    await this.test('past').waitFor({ state: 'detached' })
  }

  async switchLayer(layer) {
    await this.page.locator(`[data-test="layer-${layer}"] .el-switch`).click()
  }

  async layerCount(layer) {
    const text = await this.page.locator(`[data-test="layer-${layer}"] .count`).innerText()
    return Number(text.replaceAll(',', ''))
  }

  async legendOf(layer) {
    await this.page.locator(`[data-test="layer-${layer}"] .more`).click()
    await this.test('legend-row').first().waitFor()
    return this.test('legend-row').allInnerTexts()
  }

  async goTo(mode) {
    await this.test(`mode-${mode}`).click()
  }

  async changeSets() {
    await this.test('log-entry').first().waitFor()
    return this.test('log-entry').allInnerTexts()
  }

  // -- undoing -------------------------------------------------------------------------------------

  async undoNewest({ by, reason, document }) {
    await this.test('undo').first().click()
    await this.test('undo-dialog').waitFor()
    await this.fill('undo-by', by)
    await this.fill('undo-reason', reason)
    if (document) await this.fill('undo-document', document)
    await this.test('undo-confirm').click()
  }

  async fill(name, text) {
    const own = this.page.locator(`input[data-test="${name}"], textarea[data-test="${name}"], [data-test="${name}"] input, [data-test="${name}"] textarea`)
    await own.first().fill(text)
  }

  async undoIsDone() {
    await this.test('undo-dialog').waitFor({ state: 'detached' })
  }

  async undoProblem() {
    await this.test('undo-problem').waitFor()
    return this.test('undo-problem').innerText()
  }

  // -- keyboard, language, phone -------------------------------------------------------------------

  async press(...keys) {
    for (const key of keys) await this.page.keyboard.press(key)
  }

  async type(text) {
    await this.page.keyboard.type(text)
  }

  focused() {
    return this.page.evaluate(() => document.activeElement?.getAttribute('data-test') ?? document.activeElement?.tagName)
  }

  /** Walks with Tab until an element of this test name has the focus; false after so many steps. */
  async tabTo(name, steps = 80) {
    for (let step = 0; step < steps; step += 1) {
      await this.page.keyboard.press('Tab')
      if ((await this.focused()) === name) return true
    }
    return false
  }

  async changeLanguage() {
    await this.test('language').click()
  }

  /** Buttons, links and fields smaller than `side` in a direction, and texts smaller than `font`, on screen now. */
  tooSmall(side, font) {
    return this.page.evaluate(
      ({ side, font }) => {
        const seen = (element) => {
          const box = element.getBoundingClientRect()
          return box.width > 0 && box.height > 0 && getComputedStyle(element).visibility !== 'hidden'
        }
        const name = (element) => `${element.tagName}.${element.className} ${element.textContent?.trim().slice(0, 20)}`
        const targets = [...document.querySelectorAll('.top button, .top a, .top input, .buttons button, .panel .row, .drawer .action, .drawer .close, .drawer .choice label, .drawer [role=tab], .drawer .field input, .drawer .own input')]
          .filter(seen)
          .filter((element) => element.getBoundingClientRect().height < side)
          .map((element) => `target ${name(element)} ${element.getBoundingClientRect().height}`)
        const texts = [...document.querySelectorAll('body *')]
          .filter((element) => seen(element) && [...element.childNodes].some((node) => node.nodeType === 3 && node.textContent.trim() !== ''))
          .filter((element) => !element.closest('.maplibregl-ctrl, .visually-hidden, .skip'))
          .filter((element) => parseFloat(getComputedStyle(element).fontSize) < font)
          .map((element) => `text ${name(element)} ${getComputedStyle(element).fontSize}`)
        return [...targets, ...texts]
      },
      { side, font },
    )
  }

  /** Whether anything makes the page scroll sideways. */
  overflows() {
    return this.page.evaluate(() => document.documentElement.scrollWidth > innerWidth + 1)
  }

  /** Waits until something has been asked of the server whose address holds all of these words. */
  async asksFor(...words) {
    const asked = () => this.requests.some((url) => words.every((word) => url.includes(word)))
    for (const deadline = Date.now() + PATIENCE; !asked(); await this.page.waitForTimeout(100)) {
      if (Date.now() > deadline) throw new Error(`nothing was asked with ${words.join(' and ')}`)
    }
  }

  /** Requests that went anywhere but to our own server. */
  strangers() {
    return this.requests.filter((url) => !url.startsWith(`${this.address}/`) && !url.startsWith('blob:') && !url.startsWith('data:'))
  }
}
