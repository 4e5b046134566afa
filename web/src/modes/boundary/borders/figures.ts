// Areas of divisions and their differences, in square kilometres, to the square metre.

const digits = (value: number, fraction: number) => value.toLocaleString('en-US', { minimumFractionDigits: fraction, maximumFractionDigits: fraction })

/** 1234.567890: an area in km², to the square metre below 1,000 km². */
export const km2 = (m2: number): string => digits(m2 / 1e6, m2 < 1e9 ? 6 : 4)

/** +0.012345: a difference in km², to the square metre, always with its sign. */
export function change(m2: number): string {
  const text = digits(Math.abs(m2) / 1e6, 6)
  return m2 === 0 || Number(text) === 0 ? text : `${m2 < 0 ? '−' : '+'}${text}`
}
