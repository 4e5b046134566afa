// Tries the built page in a real browser against a real server: `node e2e/run.mjs [name of a spec]`.
// BOUNDSTONE_BIN names the program (default: the debug build), CHROMIUM the browser (default: /usr/bin/chromium).
import { run } from 'node:test'
import { spec } from 'node:test/reporters'
import { existsSync, mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { finished } from 'node:stream/promises'
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
// the longest first, so that none of them is left to run alone at the end
const files = readdirSync(specs)
  .filter((name) => name.endsWith('.spec.mjs') && name.includes(wanted))
  .map((name) => join(specs, name))
  .sort((a, b) => statSync(b).size - statSync(a).size)

// A fault of the run, not of the page, does not come twice: what failed beside another spec is run once more by itself,
// and its failure then is final. Cases that needed it are told.
const first = await runAll(files, 2)
const again = first.failed.size > 0 ? await runAll([...first.failed], 1) : undefined
rmSync(folder, { recursive: true, force: true })
const { passed, skipped } = first
const failed = again?.failures ?? 0
const second = first.failures - failed
console.log(`browser tests: ${passed + Math.max(0, second)} passed, ${failed} failed, ${skipped} skipped${second > 0 ? `, ${second} of the passed at the second try` : ''}`)
process.exitCode = failed > 0 ? 1 : 0

/** Runs specs, so many at a time: how many cases passed, failed and were skipped, and the files with failures. */
async function runAll(files, concurrency) {
  const result = { passed: 0, failures: 0, skipped: 0, failed: new Set() }
  const isCase = (data) => data.details?.type !== 'suite' && !data.name.endsWith('.spec.mjs')
  const stream = run({ files, concurrency, timeout: 900_000 })
  stream.on('test:pass', (data) => {
    if (isCase(data)) result[data.skip === undefined ? 'passed' : 'skipped'] += 1
  })
  stream.on('test:fail', (data) => {
    if (data.details?.error?.failureType === 'subtestsFailed') return
    result.failures += 1
    result.failed.add(files.find((file) => file === data.file) ?? files.find((file) => data.name.endsWith(file)))
  })
  stream.compose(new spec()).pipe(process.stdout, { end: false })
  await finished(stream, { cleanup: true })
  return result
}
