import { describe, expect, it } from 'vitest'
import type { CheckFinding } from '../src/api/checks'
import { chips, difference, neighbour, nothing, paramsOf, squareMetres, toggled, windowOf, withChip, withoutChip } from '../src/modes/boundary/findings/chosen'

describe('what findings are chosen by', () => {
  it('takes chips and gives them back', () => {
    let chosen = withChip(nothing(), { facet: 'rule', value: 'G01' })
    chosen = withChip(chosen, { facet: 'rule', value: 'B07' })
    chosen = withChip(chosen, { facet: 'rule', value: 'G01' })
    chosen = withChip(chosen, { facet: 'severity', value: 'error' })
    expect(chips(chosen)).toEqual([
      { facet: 'severity', value: 'error' },
      { facet: 'rule', value: 'G01' },
      { facet: 'rule', value: 'B07' },
    ])
    expect(withoutChip(chosen, { facet: 'rule', value: 'G01' }).rule).toEqual(['B07'])
    expect(toggled(toggled(chosen, { facet: 'kind', value: 'gap' }), { facet: 'kind', value: 'gap' })).toEqual(chosen)
  })

  it('has one level, one line and one division at most, and no blank ones', () => {
    let chosen = withChip(nothing(), { facet: 'level', value: 'county' })
    chosen = withChip(chosen, { facet: 'level', value: 'township' })
    chosen = withChip(chosen, { facet: 'line', value: ' 53010001020103 ' })
    expect(withChip(chosen, { facet: 'division', value: ' ' })).toEqual(chosen)
    expect(chosen.level).toEqual(['township'])
    expect(chosen.line).toEqual(['53010001020103'])
  })

  it('asks the server for just that', () => {
    const chosen = withChip(withChip(nothing(), { facet: 'rule', value: 'G01' }), { facet: 'rule', value: 'C04' })
    expect(paramsOf(chosen, '2026-05-01')).toMatchObject({ rule: 'G01,C04', level: null, as_of: '2026-05-01' })
  })
})

describe('going from one to the next', () => {
  const list = ['a', 'b', 'c'].map((id) => ({ id }) as CheckFinding)
  it('begins with the first and stops at the ends', () => {
    expect(neighbour(list, null, 1)?.id).toBe('a')
    expect(neighbour(list, null, -1)?.id).toBe('c')
    expect(neighbour(list, 'b', 1)?.id).toBe('c')
    expect(neighbour(list, 'c', 1)).toBeNull()
    expect(neighbour(list, 'gone', 1)?.id).toBe('a')
    expect(neighbour([], null, 1)).toBeNull()
  })
})

describe('places and figures', () => {
  it('shows a narrow place with some ground about it', () => {
    const [west, south, east, north] = windowOf([102.7, 25, 102.700001, 25.1], null) ?? [0, 0, 0, 0]
    expect(east - west).toBeCloseTo(0.0006, 8)
    expect(north - south).toBeCloseTo(0.13, 6)
    expect(windowOf(null, null)).toBeNull()
    expect(windowOf(null, [102, 25])?.[0]).toBeLessThan(102)
  })

  it('writes areas and their differences', () => {
    expect([squareMetres(0.1234), squareMetres(123.45), squareMetres(1234567)]).toEqual(['0.12', '123.5', '1,234,567'])
    expect([difference(12.5), difference(-3), difference(0.001)]).toEqual(['+12.5', '−3.00', '0'])
  })
})
