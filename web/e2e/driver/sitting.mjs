// How a spec begins and ends: a server of its own over a copy of the demo register, a page for each case, and after
// each the assurance that nothing left the machine and the page had no faults.
import assert from 'node:assert/strict'
import { after, afterEach, before, beforeEach } from 'node:test'
import { closeBrowser, sitDown } from './desk.mjs'
import { Office } from './office.mjs'
import { serve } from './server.mjs'

/** A server for the cases of this `describe`; gives `{ server, office }`, filled before the first of them. */
export function serving({ register = process.env.E2E_DEMO, options = ['--demo'] } = {}) {
  const here = {}
  before(async () => {
    here.server = await serve(register, ...options)
    here.office = new Office(here.server.address)
  })
  after(async () => {
    await closeBrowser()
    await here.server?.stop()
  })
  return here
}

/** What has to hold of a page when one leaves it. */
export async function leave(desk) {
  try {
    assert.deepEqual(desk.strangers(), [], 'no request may leave the machine')
    assert.deepEqual(desk.faults, [], 'the page has no faults')
  } finally {
    await desk.leave()
  }
}

/** The same with a page at `path` for each case; `ready({ server, office, desk })` is told of it; `how` as of `sitDown`. */
export function sitting({ path = '/', how, ready, ...where } = {}) {
  const here = serving(where)
  beforeEach(async () => {
    here.desk = await sitDown(here.server.address, path, how)
    await ready?.(here)
  })
  afterEach(() => leave(here.desk))
  return here
}

/** One page for all cases, as of one person who goes on working: opening a page costs seconds of software drawing.
 *  Before each case what is open is put away; after one that failed the next has a page of its own. */
export function staying({ path = '/', ready, ...where } = {}) {
  const here = serving(where)
  let failed = false
  beforeEach(async () => {
    if (here.desk && !failed) return here.desk.putAway(path)
    await here.desk?.leave()
    here.desk = await sitDown(here.server.address, path)
    failed = false
    await ready?.(here)
  })
  afterEach((test) => { failed = !test.passed })
  after(() => leave(here.desk))
  return here
}
