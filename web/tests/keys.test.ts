import { beforeEach, describe, expect, it } from 'vitest'
import { heard, keyFor } from '../src/state/keys'

describe('keys of changes', () => {
  beforeEach(() => { heard() })

  it('are the same for what is sent again without an answer', () => {
    const first = keyFor({ set: { name: '甲' } })
    expect(keyFor({ set: { name: '甲' } })).toBe(first)
    expect(first).toMatch(/^[0-9a-f]{32}$/)
  })

  it('are others for another change, and after an answer', () => {
    const first = keyFor({ set: { name: '甲' } })
    heard()
    const second = keyFor({ set: { name: '甲' } })
    expect(second).not.toBe(first)
    expect(keyFor({ set: { name: '乙' } })).not.toBe(second)
  })
})
