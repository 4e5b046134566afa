// Lists of files: what is said of them, what is sent, what changed.
import { describe, expect, it } from 'vitest'
import { beside, isPicture, size, titleOf, turned, unfit } from '../src/media/entries'

const DIGEST = 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855'

describe('entries', () => {
  it('are called by their titles', () => {
    expect(titleOf(`东面~${DIGEST}.jpg`)).toBe('东面')
    expect(titleOf(`v1.2 ~ 东面~${DIGEST}.pdf`)).toBe('v1.2 ~ 东面')
    expect(titleOf('IMG_1.jpg')).toBe('IMG_1.jpg')
    expect(titleOf(`x~${DIGEST}.exe`)).toBe(`x~${DIGEST}.exe`)
  })
  it('say what a change added and took off', () => {
    const [east, west] = [`东面~${DIGEST}.jpg`, 'IMG_1.jpg']
    expect(turned([west], [west, east])).toEqual({ added: ['东面'], removed: [] })
    expect(turned([west, east], null)).toEqual({ added: [], removed: ['IMG_1.jpg', '东面'] })
    expect(turned(undefined, [east])).toEqual({ added: ['东面'], removed: [] })
    expect(turned([east], [`东面~${DIGEST.replace('e', 'f')}.jpg`])).toEqual({ added: ['东面'], removed: ['东面'] })
  })
})

describe('files', () => {
  const file = (name: string, type = '', bytes = 10) => ({ name, type, size: bytes })
  it('are not sent where they cannot be taken', () => {
    expect(unfit(file('a.jpg', 'image/jpeg'), false)).toBeNull()
    expect(unfit(file('a.JPEG'), false)).toBeNull()
    expect(unfit(file('a.pdf', 'application/pdf'), false)).toBe('kind')
    expect(unfit(file('a.pdf', 'application/pdf'), true)).toBeNull()
    expect(unfit(file('a.heic', 'image/heic'), true)).toBe('kind')
    expect(unfit(file('a.jpg', 'image/jpeg', 0), false)).toBe('empty')
    expect(unfit(file('a.jpg', 'image/jpeg', 20 * 1024 * 1024 + 1), false)).toBe('large')
  })
  it('are said in bytes, and shown only where they are there', () => {
    expect([size(900), size(2048), size(3.26 * 1024 * 1024)]).toEqual(['900 B', '2 KB', '3.3 MB'])
    const item = { field: 'photos', entry: 'x', title: 'x', digest: DIGEST, media: 'image/png', kept: true }
    expect(isPicture(item)).toBe(true)
    expect(isPicture({ ...item, kept: false })).toBe(false)
    expect(isPicture({ ...item, media: 'application/pdf' })).toBe(false)
  })
  it('follow each other round the end', () => {
    expect([beside(3, 2, 1), beside(3, 0, -1), beside(1, 0, 1), beside(0, 0, 1)]).toEqual([0, 2, 0, 0])
  })
})
