// Tries the built page in a real browser against a real server: `node e2e/run.mjs [name of a spec]`.
// BOUNDSTONE_BIN names the program (default: the debug build), CHROMIUM the browser (default: /usr/bin/chromium).
import { run } from 'node:test'
import { spec } from 'node:test/reporters'
import { existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { makeDemo, makeEmpty, program } from './driver/server.mjs'

const chromium = process.env.CHROMIUM ?? '/usr/bin/chromium'
for (const [what, file] of [['boundstone', program], ['chromium', chromium]]) {
  if (existsSync(file)) continue
  console.error(`browser tests: ${what} is not at ${file}`)
  process.exit(2)
}

const folder = mkdtempSync(join(tmpdir(), 'boundstone-e2e-'))
process.env.E2E_DEMO = makeDemo(folder)
process.env.E2E_EMPTY = makeEmpty(folder)

const specs = new URL('specs/', import.meta.url).pathname
const wanted = process.argv[2] ?? ''
const files = readdirSync(specs)
  .filter((name) => name.endsWith('.spec.mjs') && name.includes(wanted))
  .map((name) => join(specs, name))

const count = { passed: 0, failed: 0, skipped: 0 }
const isCase = (data) => data.details?.type !== 'suite' && !data.name.endsWith('.spec.mjs')
const stream = run({ files, concurrency: 1, timeout: 600_000 })
stream.on('test:pass', (data) => {
  if (!isCase(data)) return
  if (data.skip !== undefined) count.skipped += 1
  else count.passed += 1
})
stream.on('test:fail', (data) => {
  if (isCase(data) || data.details?.error?.failureType !== 'subtestsFailed') count.failed += 1
  process.exitCode = 1
})
stream.compose(new spec()).pipe(process.stdout)
stream.on('end', () => {
  rmSync(folder, { recursive: true, force: true })
  console.log(`browser tests: ${count.passed} passed, ${count.failed} failed, ${count.skipped} skipped`)
})
