import { describe, expect, it } from 'vitest'
import type { NameFinding } from '../src/api/names'
import { arranged, decided, question, verdict, type Draft } from '../src/names/proposal'
import type { NameReading } from '../src/api/names'
import { whenOf } from '../src/names/events'
import { byTouch } from '../src/names/impact'
import { agrees, asEdit, begun, candidate, confirmed, nextDoubt, reopened, ripe, spelled, undecided, withReading } from '../src/names/readings'
import { inOrder, plateNotes, readSkip } from '../src/names/plates'
import { isOfNames } from '../src/names/rules'
import type { NumberedPlate, NumberingAnswer } from '../src/api/plates'

const draft = (more: Partial<Draft>): Draft => ({ name: '翠湖路', kind: '', at: null, decisions: [], ...more })
const finding = (rule: string, severity: NameFinding['severity']) => ({ rule, severity }) as NameFinding

describe('a name that is proposed', () => {
  it('is asked about when there is a name, with what is known', () => {
    expect(question(draft({ name: '  ' }))).toBeNull()
    expect(question(draft({ name: '长'.repeat(101) }))).toBeNull()
    expect(question(draft({ name: ' 翠湖路 ' }))).toEqual({ name: '翠湖路', free: 5 })
    expect(question(draft({ kind: 'street', at: [102.7, 25.05] }))).toEqual({ name: '翠湖路', class: 'street', at: [102.7, 25.05], free: 5 })
  })
  it('sends only decisions that say why and who', () => {
    const one = { rule: 'N10', reason: '无特定联系', by: '张三' }
    expect(question(draft({ decisions: [one, { rule: 'N08', reason: ' ', by: '张三' }] }))?.decisions).toEqual([one])
    expect(decided([one], { ...one, by: '李四' })).toEqual([{ ...one, by: '李四' }])
  })
  it('shows what must be put right first', () => {
    const found = [finding('N13', 'warning'), finding('N15', 'note'), finding('N07', 'error'), finding('N02', 'error')]
    expect(arranged(found).map(({ rule }) => rule)).toEqual(['N02', 'N07', 'N13', 'N15'])
    expect([verdict(found), verdict(found.slice(0, 2)), verdict(found.slice(1, 2)), verdict([])]).toEqual(['bad', 'ask', 'good', 'good'])
  })
})

describe('readings under review', () => {
  const name: NameReading = {
    id: 'N', etag: '"e"', code: 'P-1', text: '台儿六合巷', place: null, within: '530102', reviewed: false, roman: 'Taier Liuhe Xiang', pinyin_toned: null,
    division: '', spelling: 'Táir Lùhé Xiàng', toneless: 'Tair Luhe Xiang', syllables: [], uncertain: [{ at: 1, character: '儿', candidates: ['r', 'ér'] }, { at: 2, character: '六', candidates: ['lù', 'liù'] }],
  }
  it('wait for a choice of every character in doubt', () => {
    const open = begun(name)
    expect([undecided(open), ripe(open), nextDoubt(open, 0)]).toEqual([2, false, 0])
    const one = withReading(open, 1, 'ér')
    expect([undecided(one), nextDoubt(one, 0), nextDoubt(one, 1)]).toEqual([1, 1, 1])
    const both = withReading(one, 2, 'liù')
    expect([ripe(both), nextDoubt(both, 0)]).toEqual([true, 0])
  })
  it('are chosen by number', () => {
    expect(candidate(begun(name), 1, 2)).toEqual({ at: 2, reading: 'liù' })
    expect(candidate(begun(name), 1, 3)).toBeNull()
    expect(candidate(begun(name), 5, 1)).toBeNull()
  })
  it('are confirmed anew after another choice, and saved with the tag they were read with', () => {
    const done = confirmed(spelled(withReading(begun(name), 1, 'ér'), "Tái'ér", "Tai'er"))
    expect(withReading(done, 2, 'liù').state).toBe('open')
    expect(reopened(done).state).toBe('open')
    expect(asEdit(done)).toMatchObject({ layer: 'name', id: 'N', etag: '"e"', mine: { roman: "Tai'er", pinyin_toned: "Tái'ér", reading_reviewed: true } })
  })
  it('differ from what is stored, where something is', () => {
    expect(agrees(begun(name))).toBe(false)
    expect(agrees(begun({ ...name, roman: null }))).toBe(true)
  })
})

describe('what is told of names', () => {
  it('gives the day, or the date as written with the years it may mean', () => {
    expect(whenOf({ date: '1983-06-01', date_text: '', from: '1983-06-01', to: '1983-06-01' })).toBe('1983-06-01')
    expect(whenOf({ date: '', date_text: '清光绪年间', from: '1875-02-06', to: '1909-01-21' })).toBe('清光绪年间（1875–1909）')
    expect(whenOf({ date: '', date_text: '1983年', from: '1983-01-01', to: '1983-12-31' })).toBe('1983年')
    expect(whenOf({ date: '', date_text: '', from: null, to: null })).toBe('')
  })
  it('lists what a renaming touches in the order of the office, nothing that is not touched', () => {
    expect(byTouch({ counts: { text: 3, own: 1, plate: 12 } })).toEqual([['own', 1], ['plate', 12], ['text', 3]])
    expect(byTouch(null)).toEqual([])
  })
  it('knows the rules of names, signs and plates', () => {
    expect(['N02', 'S01', 'D04', 'B07', 'C01', 'G01'].filter(isOfNames)).toEqual(['N02', 'S01', 'D04'])
  })
})

describe('numbers along a street', () => {
  const plate = (more: Partial<NumberedPlate>) => ({ at: [102.7, 25], along_m: 0, number: 1, text: '1号', state: 'new', ...more }) as NumberedPlate
  it('are drawn apart by what becomes of them, with the street and what is found', () => {
    const answer = { street: { line: { type: 'LineString', coordinates: [[102.7, 25], [102.71, 25]] } }, plates: [plate({}), plate({ state: 'reserved', text: '3号' }), plate({ state: 'kept', text: '5号' })], findings: [{ rule: 'D02', at: [102.7, 25] }, { rule: 'D01', at: null }] } as unknown as NumberingAnswer
    expect(plateNotes(answer).map(({ kind, label }) => `${kind} ${label}`)).toEqual(['stretch ', 'number 1号', 'known 3号', 'kept 5号', 'object D02'])
    expect(plateNotes({ ...answer, street: null }).map(({ kind }) => kind)).not.toContain('stretch')
  })
  it('stand in the order in which one walks', () => {
    expect(inOrder([plate({ along_m: 30, number: 3 }), plate({ along_m: 10, number: 2 }), plate({ along_m: 10, number: 1 })]).map(({ number }) => number)).toEqual([1, 2, 3])
  })
  it('leave out those that are not given, as one writes them', () => {
    expect(readSkip('13、4，14 4')).toEqual([4, 13, 14])
    expect(readSkip(' ')).toEqual([])
    expect([readSkip('4、x'), readSkip('0'), readSkip('-4')]).toEqual([null, null, null])
  })
})
