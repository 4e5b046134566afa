import { createPinia, setActivePinia } from 'pinia'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import type { Draft, ImportFinding, Job, Source, Upload } from '../src/api/imports'
import type { FieldDef, LayerInfo } from '../src/api/types'
import { asProfile, byProfile, choiceOf, freshChoice, requestOf, sameRequest } from '../src/import/choice'
import { inOrder, lacking, size } from '../src/import/files'
import { grouped, placeOf, rowsOf } from '../src/import/findings'
import { share, unfinished } from '../src/import/jobs'
import { assign, byName, examples, fromTold, mayBeConstant, told, unfilled } from '../src/import/mapping'
import { after, barred, look, needsTrial, type Known } from '../src/import/steps'
import { readCode, SYSTEMS } from '../src/import/systems'
import { useJobs } from '../src/state/jobs'
import { useRegister } from '../src/state/register'
import { useWizard } from '../src/state/wizard'

const field = (name: string, zh: string, required = false): FieldDef => ({
  name, title: { zh, en: name.replace('_', ' ') }, kind: 'text', required, unit: null, list: null, help: null,
})
const FIELDS = [field('code', '代码', true), field('name', '名称', true), field('alias', '别名'), field('valid_from', '生效日期')]
const LAYER: LayerInfo = { name: 'division', title: { zh: '行政区划', en: 'Division' }, geometry: 'area', count: 3, bbox: null, label_field: 'name', fields: FIELDS }
const SOURCE: Source = {
  file: '街道.shp', source_layer: null, kind: 'shapefile', rows: 12, columns: ['PAC', '名称', '备注'], geometry: true,
  crs: { declared: null, guesses: [{ crs: 'gcj02', title: { zh: '高德', en: 'Amap' }, why: { zh: '偏', en: 'off' } }] },
  encoding: 'GBK', layer: 'division', sample: [{ PAC: '530102001', 名称: '华山', 备注: null }, { PAC: '530102002', 名称: '华山', 备注: '' }], sample_geometry: null, problem: null,
}

describe('files dropped together', () => {
  it('sends what leads first and what only goes with it last', () => {
    const names = ['街道.dbf', '街道.prj', '街道.cpg', '街道.shp', '台账.xlsx'].map((name) => ({ name }))
    expect(inOrder(names).map(({ name }) => name)).toEqual(['街道.shp', '台账.xlsx', '街道.dbf', '街道.prj', '街道.cpg'])
    expect(inOrder([{ name: 'a.tab' }, { name: 'a.dat' }, { name: 'a.map' }]).at(-1)?.name).toBe('a.tab')
    expect(inOrder([{ name: 'a.cpg' }, { name: 'a.dbf' }])[0]?.name).toBe('a.dbf')
  })
  it('says which parts of a shapefile are missing', () => {
    expect(lacking([{ name: '街道.SHP' }, { name: '街道.dbf' }])).toEqual([{ name: '街道', ends: ['prj'] }])
    expect(lacking([{ name: 'a.shp' }, { name: 'A.DBF' }, { name: 'a.prj' }])).toEqual([])
    expect(lacking([{ name: 'a.zip' }])).toEqual([])
  })
  it('writes sizes as people do', () => {
    expect([0, 1023, 1536, 10 * 1024, 5 * 1024 ** 2, 2 * 1024 ** 3].map(size)).toEqual(['0 B', '1023 B', '1.5 KB', '10 KB', '5.0 MB', '2.0 GB'])
  })
})

describe('steps', () => {
  const known = (some: Partial<Known> = {}): Known => ({ uploaded: true, chosen: true, placed: true, unsaid: false, trial: 'none', writes: 0, done: false, ...some })
  it('opens one after the other', () => {
    expect(barred('content', known({ uploaded: false }))).toBe('upload')
    expect(barred('columns', known({ chosen: false }))).toBe('choose')
    expect(barred('result', known())).toBe('trial')
    expect(barred('result', known({ trial: 'stale' }))).toBe('trial')
    expect(barred('result', known({ trial: 'ready' }))).toBeNull()
    expect(barred('accept', known({ trial: 'ready' }))).toBe('nothing')
    expect(barred('accept', known({ trial: 'ready', writes: 1 }))).toBeNull()
  })
  it('asks for the coordinates only where they are not known', () => {
    expect(after('content', known())).toBe('columns')
    expect(after('content', known({ unsaid: true }))).toBe('coordinates')
    expect(barred('columns', known({ unsaid: true }))).toBe('answer')
    expect(after('coordinates', known())).toBe('columns')
    expect(after('columns', known({ trial: 'question' }))).toBe('coordinates')
    expect(after('columns', known({ trial: 'ready' }))).toBe('result')
    expect(barred('result', known({ trial: 'question' }))).toBe('answer')
    expect(barred('coordinates', known({ placed: false }))).toBe('noPlaces')
    expect(look('coordinates', 'result', known({ placed: false, trial: 'ready' }))).toBe('skipped')
  })
  it('makes a trial anew after every other choice, and not without need', () => {
    expect(needsTrial('columns', known({ trial: 'stale' }))).toBe(true)
    expect(needsTrial('columns', known({ trial: 'ready' }))).toBe(false)
    expect(needsTrial('coordinates', known())).toBe(false)
  })
  it('is over once it is written: only a new file remains', () => {
    const done = known({ trial: 'ready', writes: 4, done: true })
    expect(barred('columns', done)).toBe('done')
    expect(barred('file', done)).toBeNull()
    expect(barred('accept', done)).toBeNull()
  })
})

describe('columns and fields', () => {
  it('recognises columns called like a field, each field once', () => {
    expect(byName(['名 称', 'NAME', 'CODE', '备注', 'Valid-From'], FIELDS)).toEqual({ '名 称': 'name', NAME: null, CODE: 'code', 备注: null, 'Valid-From': 'valid_from' })
  })
  it('gives a field to one column only', () => {
    const before = { PAC: 'code', 名称: 'name', 备注: null }
    expect(assign(before, '备注', 'name')).toEqual({ PAC: 'code', 名称: null, 备注: 'name' })
    expect(assign(before, 'PAC', null)).toEqual({ PAC: null, 名称: 'name', 备注: null })
    expect(assign(before, '名称', 'name')).toEqual(before)
  })
  it('tells the server every field, so that none is recognised behind the back', () => {
    expect(told({ PAC: 'code', 名称: null }, FIELDS)).toEqual({ code: 'PAC', name: '', alias: '', valid_from: '', id: '', version: '', extra: '' })
  })
  it('comes back from what was told, without columns that are not there', () => {
    const mapping = { PAC: 'code', 名称: 'name', 备注: null }
    expect(fromTold(told(mapping, FIELDS), Object.keys(mapping))).toEqual(mapping)
    expect(fromTold({ code: 'PAC', name: 'gone' }, ['PAC'])).toEqual({ PAC: 'code' })
  })
  it('names required fields without a column', () => {
    expect(unfilled({ PAC: 'code', 名称: null }, FIELDS).map(({ name }) => name)).toEqual(['name'])
  })
  it('shows different examples only', () => {
    expect(examples(SOURCE, '名称')).toEqual(['华山'])
    expect(examples(SOURCE, '备注')).toEqual([])
  })
})

describe('the request of a trial', () => {
  const choice = { ...freshChoice(), layer: 'division', mapping: { PAC: 'code', 名称: 'name', 备注: null } }
  it('leaves the columns to the server until someone changed them', () => {
    expect(requestOf('U', SOURCE, LAYER, choice)).toEqual({ upload: 'U', file: '街道.shp', layer: 'division', map: {}, invalid: 'repair' })
    expect(requestOf('U', SOURCE, LAYER, { ...choice, mapped: true, crs: 'gcj02', key: 'PAC', join: true }).map['name']).toBe('名称')
  })
  it('joins only tables without places', () => {
    expect(requestOf('U', SOURCE, LAYER, { ...choice, join: true }).join).toBeUndefined()
    expect(requestOf('U', { ...SOURCE, geometry: false }, LAYER, { ...choice, join: true }).join).toBe(true)
  })
  it('is compared by what it asks, not by the order of its words', () => {
    const one = requestOf('U', SOURCE, LAYER, choice)
    expect(sameRequest(one, { ...one, map: {} })).toBe(true)
    expect(sameRequest({ ...one, map: { a: '1', b: '2' } }, { ...one, map: { b: '2', a: '1' } })).toBe(true)
    expect(sameRequest(one, { ...one, crs: 'bd09' })).toBe(false)
  })
  it('can be taken up again from the parameters of its job', () => {
    const mine = { ...choice, mapped: true, crs: 'gcj02', key: 'PAC', invalid: 'keep' as const, source: '普查' }
    const params = JSON.parse(JSON.stringify(requestOf('U', SOURCE, LAYER, mine))) as Job['params']
    expect(choiceOf(params, SOURCE)).toEqual(mine)
    expect(choiceOf({ ...params, map: [['code', 'PAC']] }, SOURCE).mapping).toEqual({ PAC: 'code', 名称: null, 备注: null })
  })
  it('is kept as a profile and comes back from it', () => {
    const mine = { ...choice, mapped: true, crs: 'bd09', key: '没有这列' }
    const back = byProfile(asProfile('季报', SOURCE, LAYER, mine), SOURCE)
    expect(back).toEqual({ ...mine, key: '', profile: '季报' })
  })
})

describe('what is said beside the columns', () => {
  const said = { ...freshChoice(), layer: 'division', constants: { alias: ' 甲 ', name: '  ' }, join: true, place: { 3: 'R', 4: [102.7, 25] as [number, number] }, datum: 'keep', split: true }
  it('goes into the request where it can be meant, and comes back', () => {
    const table = { ...SOURCE, geometry: false }
    const points: LayerInfo = { ...LAYER, geometry: 'point' }
    const request = requestOf('U', table, points, said)
    expect(request).toMatchObject({ set: { alias: ' 甲 ' }, place: { 3: 'R', 4: [102.7, 25] }, datum: 'keep' })
    expect(request.split_crossings).toBeUndefined()
    expect(requestOf('U', { ...SOURCE, geometry: true }, { ...LAYER, name: 'division', geometry: 'area' }, { ...said, carry: true })).toMatchObject({ carry_m: 50 })
    expect(request.carry_m).toBeUndefined()
    expect(requestOf('U', SOURCE, { ...LAYER, geometry: 'line' }, said)).toMatchObject({ split_crossings: true })
    expect(requestOf('U', SOURCE, points, said).place).toBeUndefined()
    const back = choiceOf(JSON.parse(JSON.stringify(request)) as Job['params'], table)
    expect(requestOf('U', table, points, back)).toEqual(request)
  })
  it('fills what is required, and is kept with a profile', () => {
    expect(unfilled({ PAC: 'code' }, FIELDS, { name: '甲' })).toEqual([])
    expect(unfilled({ PAC: 'code' }, FIELDS, { name: ' ' }).map(({ name }) => name)).toEqual(['name'])
    expect(mayBeConstant({ name: 'code', kind: 'text' })).toBe(false)
    const profile = asProfile('甲', SOURCE, LAYER, said)
    expect(byProfile(profile, SOURCE)).toMatchObject({ constants: { alias: ' 甲 ' }, split: true, datum: 'keep' })
  })
})

describe('coordinate systems chosen by hand', () => {
  it('has the codes of the zones of CGCS2000', () => {
    const of = (group: string, name: string, degree: number) =>
      SYSTEMS.find((one) => one.name === group)?.systems.find((one) => one.name === name && one.degree === degree)
    expect(of('plane3', 'meridian', 102)?.crs).toBe('EPSG:4543')
    expect(of('plane3', 'meridianZone', 102)).toMatchObject({ crs: 'EPSG:4522', zone: 34 })
    expect(of('plane3', 'meridian', 135)?.crs).toBe('EPSG:4554')
    expect(of('plane6', 'meridian', 117)?.crs).toBe('EPSG:4509')
    expect(of('plane6', 'meridianZone', 117)).toMatchObject({ crs: 'EPSG:4498', zone: 20 })
  })
  it('reads a code however it is written', () => {
    expect(['4543', 'EPSG:4543', 'epsg 4543', ' GCJ-02 ', 'bd09', 'Xian', '12'].map(readCode)).toEqual(['EPSG:4543', 'EPSG:4543', 'EPSG:4543', 'gcj02', 'bd09', null, null])
  })
})

describe('findings', () => {
  const finding = (rule: string, severity: string, more: Partial<ImportFinding> = {}): ImportFinding => ({ rule, severity, spot: {}, what: { zh: rule, en: rule }, ...more })
  it('groups by rule, gravest and most frequent first, counting what is not listed', () => {
    const groups = grouped([finding('a', 'note'), finding('b', 'error'), finding('c', 'error', { count: 300 }), finding('b', 'error', { count: 4 }), finding('d', 'strange')])
    expect(groups.map(({ rule, severity, count, findings }) => [rule, severity, count, findings.length])).toEqual([
      ['c', 'error', 300, 1], ['b', 'error', 5, 2], ['a', 'note', 1, 1], ['d', 'note', 1, 1],
    ])
  })
  it('knows where a finding is, in the file and on the map', () => {
    expect(placeOf(finding('a', 'note', { at: [102.7, 25] }))).toEqual([102.7, 25])
    expect(placeOf(finding('a', 'note', { spot: { at: [1, 2] } as never }))).toEqual([1, 2])
    expect(placeOf(finding('a', 'note'))).toBeNull()
    expect(rowsOf(finding('a', 'note', { rows: [2, 3], spot: { row: 2 } }))).toEqual([2, 3])
    expect(rowsOf(finding('a', 'note', { spot: { row: 7 } }))).toEqual([7])
  })
})

const job = (id: string, some: Partial<Job> = {}): Job => ({
  id, kind: 'import_preview', title: { zh: '', en: '' }, state: 'done', by: null, created: '2026-11-21T10:00:00+08:00', started: null, ended: null,
  progress: { done: 0, of: null, stage: null }, params: { upload: `U-${id}`, file: '街道.shp', layer: 'division' }, outcome: null, failure: null, revision: null, ...some,
})

describe('unfinished imports', () => {
  it('lists of each upload the newest trial that nobody accepted', () => {
    const list = [
      job('5', { kind: 'import', params: { preview: '3' } }),
      job('4', { params: { upload: 'U2', file: 'b.csv', layer: 'place' } }),
      job('3', { params: { upload: 'U1', file: 'a.csv', layer: 'place' } }),
      job('2', { params: { upload: 'U2', file: 'b.csv', layer: 'name' } }),
      job('1', { params: { upload: 'U1', file: 'a.csv', layer: 'name' } }),
      job('0', { state: 'cancelled' }),
    ]
    expect(unfinished(list).map(({ job: { id } }) => id)).toEqual(['4'])
  })
  it('keeps one whose acceptance failed', () => {
    expect(unfinished([job('5', { kind: 'import', state: 'failed', params: { preview: '3' } }), job('3')])).toHaveLength(1)
  })
  it('knows the share only where the whole is known', () => {
    expect([share({ done: 5, of: 10, stage: null }), share({ done: 12, of: 10, stage: null }), share({ done: 5, of: null, stage: null })]).toEqual([0.5, 1, null])
  })
})

describe('the wizard against a server', () => {
  const draft = (some: Partial<Draft> = {}): Draft => ({
    layer: 'division', file: '街道.shp', revision: 4, crs: 'gcj02', extent: [102, 25, 103, 26], findings_total: 1, question: null,
    columns: [{ column: 'PAC', field: 'code', title: null }, { column: '名称', field: 'name', title: null }, { column: '备注', field: null, title: null }],
    counts: { new: 2, changed: 1, unchanged: 9, refused: 1 }, ...some,
  })
  const upload: Upload = { upload: 'U1', name: '街道.zip', bytes: 10, at: '', sources: [{ ...SOURCE, problem: { zh: '坏', en: 'bad' } }, SOURCE] }
  const U1 = { upload: 'U1', file: '街道.shp', layer: 'division' }
  const asked: { path: string; body: Record<string, unknown> | null }[] = []
  let answers: Record<string, unknown[]> = {}

  beforeEach(() => {
    setActivePinia(createPinia())
    useRegister().info = { title: '', created: '', today: '', revision: 4, hash: '', bbox: null, read_only: false, demo: false, version: '', layers: [LAYER], district: null, top_levels: [] }
    asked.length = 0
    answers = {}
    vi.stubGlobal('fetch', (path: string, init: RequestInit = {}) => {
      asked.push({ path, body: typeof init.body === 'string' ? (JSON.parse(init.body) as Record<string, unknown>) : null })
      const key = `${init.method ?? 'GET'} ${path.split('?')[0] ?? ''}`
      const list = answers[key] ?? []
      const body = list.length > 1 ? list.shift() : list[0]
      if (body === undefined) return Promise.resolve(new Response(JSON.stringify({ code: 'none', zh: key }), { status: 404 }))
      const status = (body as { status?: number }).status ?? 200
      return Promise.resolve(new Response(JSON.stringify(body), { status }))
    })
  })
  afterEach(() => { vi.unstubAllGlobals() })

  it('chooses the first source that can be read, and its layer', () => {
    const wizard = useWizard()
    wizard.uploaded(upload)
    expect([wizard.step, wizard.at, wizard.choice.layer]).toEqual(['content', 1, 'division'])
    expect(wizard.choice.mapping).toEqual({ PAC: null, 名称: 'name', 备注: null })
  })

  it('is asked for the coordinates, answers, tries again and writes', async () => {
    const question = { declared: null, guesses: SOURCE.crs.guesses }
    answers = {
      'POST /api/v1/imports/preview': [job('P1', { state: 'queued' }), job('P2', { state: 'running' })],
      'GET /api/v1/jobs/P1': [job('P1', { params: U1, outcome: draft({ question, counts: null, crs: null, extent: null, columns: [] }) })],
      'GET /api/v1/jobs/P2': [job('P2', { params: U1, outcome: draft() })],
      'POST /api/v1/imports/P2/accept': [job('A', { kind: 'import', params: { preview: 'P2' }, state: 'done', outcome: { revision: 5, counts: draft().counts } })],
    }
    const wizard = useWizard()
    wizard.uploaded(upload)
    expect(await wizard.tryOut()).toBe(true)
    expect(wizard.trial).toBe('question')
    expect(wizard.step).toBe('coordinates')
    wizard.choice.crs = 'gcj02'
    expect(wizard.trial).toBe('stale')
    expect(await wizard.tryOut()).toBe(true)
    expect(asked.filter(({ path }) => path.endsWith('preview')).map(({ body }) => body?.['crs'])).toEqual([undefined, 'gcj02'])
    expect([wizard.trial, wizard.known.writes]).toEqual(['ready', 3])
    expect(wizard.choice.mapping).toEqual({ PAC: 'code', 名称: 'name', 备注: null })
    expect(asked.some(({ path }) => path === '/api/v1/imports/P1')).toBe(true) // the one before is thrown away
    expect(await wizard.accept({ by: '张三', reason: '导入' })).toBe(true)
    expect(wizard.done?.revision).toBe(5)
    expect(useRegister().own).toBe(5)
    expect(unfinished(useJobs().jobs)).toEqual([])
  })

  it('says that the register has changed, and keeps the draft', async () => {
    answers = {
      'POST /api/v1/imports/preview': [job('P1', { outcome: draft() })],
      'POST /api/v1/imports/P1/accept': [{ status: 409, code: 'import.changed', zh: '变了', en: 'changed' }],
    }
    const wizard = useWizard()
    wizard.uploaded(upload)
    await wizard.tryOut()
    expect(await wizard.accept({ by: '张三', reason: '导入' })).toBe(false)
    expect([wizard.problem?.code, wizard.trial, useRegister().own]).toEqual(['import.changed', 'ready', null])
  })

  it('is taken up again where it was left, with what was chosen', async () => {
    const params = { upload: 'U1', file: '街道.shp', layer: 'division', map: {}, invalid: 'repair', crs: 'gcj02' }
    answers = { 'GET /api/v1/jobs/P1': [job('P1', { params, outcome: draft() })], 'GET /api/v1/uploads/U1': [{ ...upload, sources: [SOURCE] }] }
    const wizard = useWizard()
    await wizard.takeUp('draft', 'P1')
    expect([wizard.step, wizard.choice.crs, wizard.trial, wizard.trialId]).toEqual(['result', 'gcj02', 'ready', 'P1'])
  })

  it('tells why a trial failed and lets it be tried again', async () => {
    answers = { 'POST /api/v1/imports/preview': [job('P1', { state: 'failed', failure: { zh: '读不出', en: 'unreadable' } })] }
    const wizard = useWizard()
    wizard.uploaded(upload)
    expect(await wizard.tryOut()).toBe(false)
    expect([wizard.trial, wizard.problem?.says.zh]).toEqual(['failed', '读不出'])
    expect(needsTrial('columns', wizard.known)).toBe(true)
  })
})
