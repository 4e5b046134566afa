// The seven parameters between two datums, as people type or paste them. Pure.

/** In the order in which the server takes them: position-vector convention. */
export const PARAMETERS = [
  { name: 'dx', unit: 'metre' },
  { name: 'dy', unit: 'metre' },
  { name: 'dz', unit: 'metre' },
  { name: 'rx', unit: 'second' },
  { name: 'ry', unit: 'second' },
  { name: 'rz', unit: 'second' },
  { name: 's', unit: 'ppm' },
] as const

const isNumber = (text: string) => /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(text)

/** Seven numbers apart by commas, blanks or lines; null where they are not seven numbers. */
export function readDatum(text: string): string[] | null {
  const parts = text.normalize('NFKC').replace(/[a-z]+\s*[=:]/gi, ' ').split(/[\s,;、]+/).filter((part) => part !== '')
  return parts.length === PARAMETERS.length && parts.every(isNumber) ? parts : null
}

/** The parameters as the server takes them; null as long as one is missing or is no number. */
export function datumText(texts: readonly string[]): string | null {
  const read = readDatum(texts.join(' '))
  return read && texts.every((text) => text.trim() !== '') ? read.join(',') : null
}
