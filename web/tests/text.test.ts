import { describe, expect, it } from 'vitest'
import { en } from '../src/text/en'
import { zh } from '../src/text/zh'

interface Tree {
  [key: string]: string | Tree
}
function flat(tree: Tree, prefix = ''): [string, string][] {
  return Object.entries(tree).flatMap(([key, value]): [string, string][] =>
    typeof value === 'string' ? [[prefix + key, value]] : flat(value, `${prefix}${key}.`),
  )
}
const names = (text: string) => [...text.matchAll(/\{(\w+)\}/g)].map((found) => found[1]).sort()

describe('texts', () => {
  const chinese = new Map(flat(zh))
  const english = new Map(flat(en))
  it('has the same keys in both languages', () => {
    expect([...english.keys()].sort()).toEqual([...chinese.keys()].sort())
  })
  it('fills the same blanks in both languages', () => {
    for (const [key, text] of chinese) expect([key, names(english.get(key) ?? '')]).toEqual([key, names(text)])
  })
  it('says something everywhere, and English is English', () => {
    for (const [key, text] of chinese) expect(text, key).not.toBe('')
    for (const [key, text] of english) {
      expect(text, key).not.toBe('')
      if (key !== 'language.switch') expect(text, key).not.toMatch(/\p{Script=Han}/u)
    }
  })
})
