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

/** The same with a page at `path` for each case; `ready({ server, office, desk })` is told of it. */
export function sitting({ path = '/', ready, ...how } = {}) {
  const here = serving(how)
  beforeEach(async () => {
    here.desk = await sitDown(here.server.address, path)
    await ready?.(here)
  })
  afterEach(() => leave(here.desk))
  return here
}
