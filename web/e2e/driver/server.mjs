// A demo register of its own and a `boundstone` that serves it on a free port, for as long as a spec runs.
import { spawn, spawnSync } from 'node:child_process'
import { copyFileSync, cpSync, existsSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/** The program tried: BOUNDSTONE_BIN, else the debug build of this checkout. */
export const program = process.env.BOUNDSTONE_BIN ?? new URL('../../../target/debug/boundstone', import.meta.url).pathname

export function run(...args) {
  const done = spawnSync(program, args, { encoding: 'utf8', timeout: 300_000 })
  if (done.status !== 0) throw new Error(`boundstone ${args.join(' ')}: exit ${done.status}\n${done.stderr}`)
  return done.stdout
}

/** Makes the demo register once; every spec works on a copy. */
export function makeDemo(folder) {
  const file = join(folder, 'demo.gpkg')
  run('demo', '--reset', '--register', file)
  return file
}

/** Makes an empty register. */
export function makeEmpty(folder) {
  const file = join(folder, 'empty.gpkg')
  run('init', file, '--title', '空白区')
  return file
}

/** A server over a copy of a register. */
export async function serve(register, ...options) {
  const folder = mkdtempSync(join(tmpdir(), 'boundstone-e2e-'))
  const file = join(folder, 'register.gpkg')
  copyFileSync(register, file)
  if (existsSync(`${register}.media`)) cpSync(`${register}.media`, `${file}.media`, { recursive: true })
  const child = spawn(program, ['serve', file, '--bind', '127.0.0.1:0', '--show', 'internal', ...options], {
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let said = ''
  const address = await new Promise((resolve, reject) => {
    const hear = (data) => {
      said += data
      const found = /http:\/\/[\d.]+:\d+/.exec(said)
      if (found) resolve(found[0])
    }
    child.stdout.on('data', hear)
    child.stderr.on('data', hear)
    child.once('exit', (code) => reject(new Error(`boundstone serve ended with ${code}\n${said}`)))
    setTimeout(() => reject(new Error(`boundstone serve named no address\n${said}`)), 60_000).unref()
  })
  return {
    address,
    said: () => said,
    stop: async () => {
      if (child.exitCode === null) {
        child.kill('SIGTERM')
        await Promise.race([new Promise((resolve) => child.once('exit', resolve)), new Promise((resolve) => setTimeout(resolve, 5000))])
        if (child.exitCode === null) child.kill('SIGKILL')
      }
      rmSync(folder, { recursive: true, force: true })
    },
  }
}
