// Days as YYYY-MM-DD text, compared as text; no time zones here.

const PATTERN = /^(\d{4})-(\d{2})-(\d{2})$/

/** Whether a text is a day that exists. */
export function isDay(text: string): boolean {
  const found = PATTERN.exec(text)
  if (!found) return false
  const time = new Date(`${text}T00:00:00Z`)
  return !Number.isNaN(time.getTime()) && time.toISOString().startsWith(text)
}

/** The year of a day. */
export function yearOf(day: string): number {
  return Number(day.slice(0, 4))
}

/** The years of a slider: of the lawful dates if known, else of the register's life; today and the day asked about always inside. */
export function sliderYears(
  lawful: { from: string; to: string } | null | undefined,
  created: string,
  today: string,
  asked: string | null = null,
): [first: number, last: number] {
  const now = yearOf(today)
  const first = yearOf(lawful?.from ?? created)
  const last = yearOf(lawful?.to ?? today)
  const from = Number.isFinite(first) ? first : now
  const to = Number.isFinite(last) ? last : now
  const wanted = asked ? yearOf(asked) : now
  return [Math.min(from, now - 5, wanted), Math.max(to, now + 1, wanted)]
}

/** The day one asks about when the slider stands at a year: today in this year, its last day before, its first after. */
export function dayOfYear(year: number, today: string): string | null {
  const now = yearOf(today)
  if (year === now) return null
  return year < now ? `${String(year)}-12-31` : `${String(year)}-01-01`
}

/** The same day a year before, but not before the first that is known of. */
export function yearBefore(day: string, first: string | undefined): string {
  const before = `${String(Number(day.slice(0, 4)) - 1)}${day.slice(4).replace('-02-29', '-02-28')}`
  return first && first > before && first < day ? first : before
}
