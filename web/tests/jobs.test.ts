import { describe, expect, it } from 'vitest'
import type { Job } from '../src/api/imports'
import { fileOf } from '../src/import/jobs'

const job = (change: Partial<Job>): Job => ({
  id: '01A', kind: 'export', title: { zh: '', en: '' }, state: 'done', by: null, created: '', started: null, ended: null,
  progress: { done: 0, of: null, stage: null }, params: {}, outcome: { file: '设施.xlsx', bytes: 7 }, failure: null, revision: 1, ...change,
})

describe('the file of an export', () => {
  it('is there once the job is done, and only of an export', () => {
    expect(fileOf(job({}))).toEqual({ file: '设施.xlsx', bytes: 7 })
    expect(fileOf(job({ outcome: { file: '设施.xlsx' } }))?.bytes).toBe(0)
    expect(fileOf(job({ state: 'running', outcome: null }))).toBeNull()
    expect(fileOf(job({ kind: 'import', outcome: { file: 'a' } }))).toBeNull()
    expect(fileOf(job({ outcome: null }))).toBeNull()
  })
})
