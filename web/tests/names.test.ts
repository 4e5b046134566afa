import { describe, expect, it } from 'vitest'
import type { NameFinding } from '../src/api/names'
import { arranged, decided, question, verdict, type Draft } from '../src/names/proposal'

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
