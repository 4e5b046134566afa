import { describe, expect, it } from 'vitest'
import { TINTED } from '../src/map/zoning/tints'
import { tokens } from '../src/look/tokens'

const { colour } = tokens
/** Relative luminance and contrast of WCAG 2. */
function luminance(hex: string): number {
  const [r, g, b] = [1, 3, 5].map((at) => parseInt(hex.slice(at, at + 2), 16) / 255).map((v) => (v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4))
  return 0.2126 * (r ?? 0) + 0.7152 * (g ?? 0) + 0.0722 * (b ?? 0)
}
function contrast(one: string, other: string): number {
  const [a, b] = [luminance(one), luminance(other)].sort((x, y) => y - x)
  return ((a ?? 0) + 0.05) / ((b ?? 0) + 0.05)
}

describe('contrast of text (WCAG AA, 4.5)', () => {
  const grounds = ['paper', 'panel', 'sunken'] as const
  const inks = ['ink', 'ink2', 'ink3', 'accent', 'accentDark', 'red', 'amber', 'green', 'blue'] as const
  it.each(grounds.flatMap((ground) => inks.map((ink) => [ink, ground] as const)))('%s on %s', (ink, ground) => {
    expect(contrast(colour[ink], colour[ground])).toBeGreaterThanOrEqual(4.5)
  })
  it.each([['onAccent', 'accent'], ['onAccent', 'accentDark'], ['accentDark', 'accentSoft'], ['ink2', 'accentSoft'], ['red', 'redSoft'], ['ink2', 'redSoft'], ['amber', 'amberSoft'], ['green', 'greenSoft'], ['blue', 'blueSoft']] as const)('%s on %s', (ink, ground) => {
    expect(contrast(colour[ink], colour[ground])).toBeGreaterThanOrEqual(4.5)
  })
  it.each(TINTED)('ink on the tint %s of a zone', (tint) => {
    expect(contrast(colour.ink, tint)).toBeGreaterThanOrEqual(4.5)
  })
  it.each([['covered', 'land'], ['uncovered', 'land'], ['reach', 'land'], ['route', 'land']] as const)('the sign %s on %s (3)', (sign, ground) => {
    expect(contrast(tokens.map[sign], tokens.map[ground])).toBeGreaterThanOrEqual(3)
  })
  it.each(['covered', 'uncovered'] as const)('words in the colour %s', (sign) => {
    expect(contrast(tokens.map[sign], colour.panel)).toBeGreaterThanOrEqual(4.5)
  })
  it('knows black on white', () => {
    expect(contrast('#000000', '#ffffff')).toBeCloseTo(21, 5)
  })
})
