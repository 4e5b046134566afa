import { describe, expect, it } from 'vitest'
import { datumText, readDatum } from '../src/import/datum'

describe('seven parameters', () => {
  it('are read as people paste them', () => {
    const seven = ['24.1', '-123.5', '-94', '-0.02', '.25', '0.13', '1.1']
    for (const text of ['24.1,-123.5,-94,-0.02,.25,0.13,1.1', '24.1 -123.5 -94\n-0.02 .25 0.13 1.1', 'dx = 24.1\ndy=-123.5\ndz=-94\nrx=-0.02\nry=.25\nrz=0.13\ns=1.1', '24.1，-123.5，-94，-0.02，.25，0.13，1.1']) {
      expect(readDatum(text)).toEqual(seven)
    }
  })

  it('are none as long as one is missing or is no number', () => {
    expect(readDatum('1,2,3')).toBeNull()
    expect(datumText(['1', '2', '3', '4', '5', '6', ''])).toBeNull()
    expect(datumText(['1', '2', '3', '4', '5', '6', 'x'])).toBeNull()
    expect(datumText(['1', '2', '3', '4', '5', '6', '7'])).toBe('1,2,3,4,5,6,7')
  })
})
