import { describe, expect, it } from 'vitest'
import { readPlace, readSelection, readView, sameView, writeView, type View } from '../src/state/address'

const view: View = {
  place: { lon: 102.70412, lat: 25.05123, zoom: 13.25 },
  selection: { layer: 'boundary_marker', id: '01J8ZQ4Y7W' },
  asOf: '2020-01-01',
  hidden: ['road', 'water'],
}

describe('the address bar', () => {
  it('brings a view back as it was written', () => {
    expect(readView(writeView(view))).toEqual(view)
    expect(sameView(readView(writeView(view)), view)).toBe(true)
  })
  it('writes nothing for what is as usual', () => {
    expect(writeView({ place: null, selection: null, asOf: null, hidden: [] })).toEqual({})
  })
  it.each(['', '1,2', '1,2,3,4', 'a,b,c', '200,0,5', '0,89,5', '0,0,-1', '1,,2'])('takes no place from %j', (text) => {
    expect(readPlace(text)).toBeNull()
  })
  it.each(['', 'division', 'division/', '/01J', 'division/../x', 'Division/01J', 'a/b/c'])('takes no selection from %j', (text) => {
    expect(readSelection(text)).toBeNull()
  })
  it('leaves out what cannot be read', () => {
    expect(readView({ at: ['5,6,7', 'x'], sel: 'no', date: '2023-02-31', off: 'road,<b>' })).toEqual({
      place: { lon: 5, lat: 6, zoom: 7 },
      selection: null,
      asOf: null,
      hidden: ['road'],
    })
  })
})
