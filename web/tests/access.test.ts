import { createPinia, setActivePinia } from 'pinia'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { barsOf, lacking, percent, points, shadeOf } from '../src/access/bars'
import { isOwn, limitOf, questionOf, readChoice, requiredIds, settled, soundMinutes, writeChoice, PLAIN } from '../src/access/choice'
import { dotsOf, nameOf, tallied } from '../src/access/dots'
import { latest } from '../src/access/latest'
import { begun, canRedo, redone, stepped, undone, withAddedAt, withChange, without } from '../src/access/trial'
import { wayOf } from '../src/api/access'
import type { Catalogue, Change, Homes, Part, Question, Unit } from '../src/api/access'
import { useAccess } from '../src/state/access'

const both = (text: string) => ({ zh: text, en: text })
const CATALOGUE: Catalogue = {
  classes: [
    { id: 'meal_hall', title: both('meal hall'), limit: { minutes: 15 }, level: '15', required: true, profile: 'elder', kinds: ['meal_hall'], states: ['running'], capacity: null, basis: both('b'), evidence: 'read', facilities: 34, other_states: { planned: 3 } },
    { id: 'primary_school', title: both('school'), limit: { metres: 500 }, level: '10', required: false, profile: 'adult', kinds: ['primary_school'], states: ['running'], capacity: null, basis: both('b'), evidence: 'read', facilities: 12, other_states: {} },
  ],
  required: { classes: ['meal_hall'], levels: ['15'] },
  profiles: [{ id: 'adult', title: both('adult'), speed_m_per_s: 1.25, steps: true, basis: both('b') }, { id: 'elder', title: both('elder'), speed_m_per_s: 0.9, steps: true, basis: both('b') }],
  counts: [{ id: 'resident', title: both('resident'), households: 100 }],
  count: 'resident', date: '2026-11-22', revision: 12,
  targets: [{ id: 't', title: both('target'), class: 'required-15', figure: 'households', share: 0.93, from: 0.88, year: 2029, basis: both('b'), evidence: 'read' }],
}
const HOMES: Homes = {
  revision: 12, date: '2026-11-22', count: 'resident', n: 4, lon: [1, 2, 3, 4], lat: [1, 2, 3, 4], households: [10, 20.5, 4, 7], elders: [3, 6, 1, 0],
  compound: [0, 0, -1, 9], community: [0, 0, 0, -1], gateless: [0, 0, 1, 0], compounds: [{ id: 'a', name: 'Compound' }], communities: [{ code: '1', name: 'Community', street: '2' }], streets: [],
  notes: { off_network: 0, estimated_homes: 0, gateless_compounds: 0, cut_off_parts: [] },
}

describe('what is asked', () => {
  it('goes into the address and comes back', () => {
    for (const text of ['meal_hall', 'required-15', 'meal_hall~elder~10min~straight', 'meal_hall~7.5min', 'meal_hall~frail~registered-households', 'all~frail']) expect(writeChoice(readChoice(text))).toBe(text)
    expect(writeChoice(PLAIN)).toBe('')
    expect(readChoice('Meal!~900min~<x>')).toEqual(PLAIN)
  })
  it('takes minutes that can be asked for', () => {
    expect([0, -3, 61, NaN, 7.46, 60].map(soundMinutes)).toEqual([null, null, null, null, 7.5, 60])
  })
  it('settles on what the catalogue knows, and on the class with a target where nothing is chosen', () => {
    expect(settled(PLAIN, CATALOGUE).class).toBe('required-15')
    expect(settled({ class: 'opera', profile: 'giant', minutes: 10, measure: 'straight', count: '' }, CATALOGUE)).toEqual({ class: 'required-15', profile: '', minutes: null, measure: 'straight', count: '' })
    expect(settled({ class: 'meal_hall', profile: 'elder', minutes: 10, measure: 'network', count: '' }, CATALOGUE).minutes).toBe(10)
    expect(requiredIds(CATALOGUE)).toEqual(['required', 'required-15'])
    expect(requiredIds({ ...CATALOGUE, required: { classes: [], levels: ['15'] } })).toEqual([])
  })
  it('asks with what was chosen and nothing else', () => {
    expect(questionOf({ ...PLAIN, class: 'meal_hall' })).toEqual({ class: 'meal_hall', measure: 'network' })
    expect(questionOf({ class: 'required', profile: 'elder', minutes: 10, measure: 'straight', count: '' }, { count: 'resident', date: '2020-01-01', changes: [] })).toEqual({ class: 'required', profile: 'elder', measure: 'straight', count: 'resident', date: '2020-01-01' })
    expect(limitOf({ ...PLAIN, class: 'primary_school' }, CATALOGUE)).toEqual({ metres: 500 })
    expect([isOwn(PLAIN), isOwn({ ...PLAIN, minutes: 5 })]).toEqual([false, true])
  })
})

describe('what is tried', () => {
  const close: Change = { kind: 'close', facility: 'f' }
  const move: Change = { kind: 'move', facility: 'f', place: [1, 2] }
  const run: Change = { kind: 'run', facility: 'f' }
  it('keeps one word about each facility', () => {
    expect(withChange([move], { kind: 'move', facility: 'f', place: [3, 4] })).toEqual([{ kind: 'move', facility: 'f', place: [3, 4] }])
    expect(withChange([move], close)).toEqual([close])
    expect(withChange([run], close)).toEqual([])
    expect(withChange([close], run)).toEqual([])
    expect(withChange([run], move)).toEqual([run, move])
    expect(withChange([move], run)).toEqual([move, run])
    expect(withChange([close], { kind: 'close', facility: 'g' })).toHaveLength(2)
  })
  it('opens a gate once', () => {
    const gate: Change = { kind: 'open_gate', gate: 'g' }
    const once = withChange([], gate)
    expect(withChange(once, gate)).toBe(once)
  })
  it('moves what was added by adding it elsewhere, and takes it out', () => {
    const changes: Change[] = [close, { kind: 'add', place: [1, 1], class: 'meal_hall' }, { kind: 'add', place: [2, 2], class: 'meal_hall' }]
    expect(withAddedAt(changes, 2, [9, 9])[2]).toEqual({ kind: 'add', place: [9, 9], class: 'meal_hall' })
    expect(withAddedAt(changes, 0, [9, 9])).toEqual(changes)
    expect(without(changes, 1)).toEqual([changes[0], changes[2]])
  })
  it('goes back and on, and forgets what was taken back once one goes on otherwise', () => {
    const one = stepped(begun({ choice: PLAIN, changes: [] }), { choice: PLAIN, changes: [close] })
    const back = undone(one)
    expect([back.trials[back.at]?.changes, canRedo(back), redone(back)]).toEqual([[], true, one])
    const other = stepped(back, { choice: PLAIN, changes: [run] })
    expect([other.trials.length, canRedo(other)]).toEqual([2, false])
    expect(undone(begun({ choice: PLAIN, changes: [] })).at).toBe(0)
  })
})

describe('homes as dots', () => {
  it('are within reach, beyond it, or otherwise than before', () => {
    const answer = { minutes: [1, 2, 3, null], nearest: [0, 0, 0, -1], covered: '1100', was: '1010' }
    const dots = dotsOf(HOMES, answer)
    expect(dots).toEqual(['in', 'gained', 'lost', 'out'])
    expect(tallied(HOMES, dots, 'gained')).toEqual({ homes: 1, households: 20.5, elders: 6 })
    expect(dotsOf(HOMES, { ...answer, was: null })).toEqual(['in', 'in', 'out', 'out'])
    expect(dotsOf(HOMES, { ...answer, covered: '11' })).toEqual([]) // of another revision
  })
  it('are called by compound or community', () => {
    expect([0, 2, 3].map((home) => nameOf(HOMES, home))).toEqual(['Compound', 'Community', ''])
  })
})

describe('shares', () => {
  const part = (covered: number, of: number): Part => ({ covered, of, share: of > 0 ? covered / of : null })
  it('are written so that what is missing shows', () => {
    expect([0.881, 1, 0.99999, 0, 0.00001, null].map((share) => percent(share).replace('\u00a0', ' '))).toEqual(['88.1 %', '100.0 %', '99.9 %', '0.0 %', '0.1 %', '—'])
    expect([points(0.93, 0.88), points(0.8, 0.85), points(0.5, 0.50001), points(null, 0.5)]).toEqual(['+5.0', '−5.0', '', ''])
  })
  it('tell how many households a target lacks', () => {
    expect([lacking(part(88, 100), 0.93), lacking(part(93, 100), 0.93), lacking(part(99, 100), 0.93)]).toEqual([5, 0, 0])
  })
  it('stand in bars, what lacks most first, what has no households last', () => {
    const unit = (code: string, covered: number, of: number): Unit => ({ code, name: code, has: 0, households: part(covered, of), elders: part(0, 0), residents: part(0, 0), before: null })
    expect(barsOf([unit('a', 9, 10), unit('b', 0, 0), unit('c', 1, 10), unit('d', 2, 20)]).map(({ id }) => id)).toEqual(['d', 'c', 'a', 'b'])
  })
  it('shade communities by steps', () => {
    expect([0, 0.59, 0.6, 0.8, 0.95, 1, null].map(shadeOf)).toEqual([0, 0, 1, 2, 3, 3, null])
  })
})

describe('the newest question', () => {
  const settledAt = () => {
    let answer: (value: string) => void = () => undefined
    let fail: (cause: unknown) => void = () => undefined
    const promise = new Promise<string>((resolve, reject) => { answer = resolve; fail = reject })
    return { promise, answer, fail }
  }
  const rest = () => new Promise((resolve) => setTimeout(resolve, 0))
  it('is asked once the one under way is answered; those between are not asked', async () => {
    const asked: string[] = []
    const told: string[] = []
    const pending: ReturnType<typeof settledAt>[] = []
    let idle = 0
    const runner = latest<string, string>((what) => { asked.push(what); const one = settledAt(); pending.push(one); return one.promise }, (answer) => told.push(answer), () => told.push('failed'), () => { idle += 1 })
    for (const what of ['a', 'b', 'c']) runner.run(what)
    pending[0]?.answer('A')
    await rest()
    expect([asked, told]).toEqual([['a', 'c'], ['A']])
    pending[1]?.answer('C')
    await rest()
    expect([told, idle]).toEqual([['A', 'C'], 1])
    runner.run('d')
    runner.drop()
    pending[2]?.answer('D')
    await rest()
    expect(told).toEqual(['A', 'C'])
    runner.run('e')
    pending[3]?.fail(new Error('no'))
    await rest()
    expect([told, idle]).toEqual([['A', 'C', 'failed'], 3])
  })
})

describe('the desk of service circles', () => {
  const asked: { url: string; body: { question?: Question; with?: string[] } | null }[] = []
  const figures = (share: number) => Object.fromEntries(['units', 'streets', 'households', 'residents', 'elders', 'buildings', 'area_m2'].map((name) => [name, { covered: share * 100, of: 100, share }]))
  const facility = { id: null, name: 'added', class: 'meal_hall', place: [1, 1], status: 'planned', change: 'added', at: 0, counts: true }
  function answer(url: string, body: { question?: Question } | null): unknown {
    if (url.includes('/classes')) return CATALOGUE
    if (url.includes('/homes')) return HOMES
    const changes = body?.question?.changes ?? []
    return { revision: 12, date: '', definition: { zh: '', en: '', key: 'k' }, whole: figures(changes.length > 0 ? 0.9 : 0.8), before: changes.length > 0 ? figures(0.8) : null, bands: [], facilities: changes.length > 0 ? [facility] : [], homes: { minutes: [], covered: '1100', was: null, nearest: [] } }
  }
  const rest = () => new Promise((resolve) => setTimeout(resolve, 5))
  beforeEach(() => {
    asked.length = 0
    setActivePinia(createPinia())
    vi.stubGlobal('fetch', (url: string, init: RequestInit) => {
      const body = typeof init.body === 'string' ? (JSON.parse(init.body) as { question: Question }) : null
      asked.push({ url, body })
      return Promise.resolve(new Response(JSON.stringify(answer(url, body)), { headers: { 'content-type': 'application/json' } }))
    })
  })
  afterEach(() => vi.unstubAllGlobals())
  const last = () => asked.filter(({ url }) => url.endsWith('/coverage')).at(-1)?.body

  it('asks for the class with a target, tries changes, takes them back, and tells how things stand without them', async () => {
    const access = useAccess()
    access.open = access.trying = access.counting = true
    await access.load()
    await rest()
    expect([access.choice.class, access.adding, last()?.question?.changes]).toEqual(['required-15', 'meal_hall', undefined])
    access.choose({ class: 'meal_hall' })
    access.change({ kind: 'add', place: [1, 1], class: 'meal_hall' })
    await rest()
    const [added] = access.coverage?.facilities ?? []
    if (!added) throw new Error('nothing was added')
    expect([access.coverage?.whole.households.share, access.dots.length]).toEqual([0.9, 4])
    const which = access.which(added)
    expect(which).toEqual({ kind: 'added', at: 0 })
    if (which) access.move(which, [2, 2])
    expect(access.changes).toEqual([{ kind: 'add', place: [2, 2], class: 'meal_hall' }])
    access.undo()
    expect(access.changes).toEqual([{ kind: 'add', place: [1, 1], class: 'meal_hall' }])
    access.undo()
    await rest()
    expect([access.tried, last()?.question?.changes, access.redoable]).toEqual([false, undefined, true])
    access.redo()
    access.trying = access.counting = false
    access.ask()
    await rest()
    expect([access.changes.length, last()?.question?.changes, access.coverage?.whole.households.share]).toEqual([1, undefined, 0.8])
  })
  it('asks nothing while a drag is only looked at, but its figures', async () => {
    const access = useAccess()
    access.open = access.counting = true
    await access.load()
    access.choose({ class: 'meal_hall' })
    await rest()
    access.preview({ kind: 'facility', id: 'f' }, [3, 3])
    await rest()
    expect([last()?.question?.changes, access.changes]).toEqual([[{ kind: 'move', facility: 'f', place: [3, 3] }], []])
  })
})

describe('a way', () => {
  it('is a line, whether it comes as one or as its places', () => {
    const line = { type: 'LineString', coordinates: [[1, 2], [3, 4]] }
    expect([wayOf({ route: [[1, 2], [3, 4]] }), wayOf({ route: line }), wayOf({ route: null })]).toEqual([line, line, null])
  })
})
