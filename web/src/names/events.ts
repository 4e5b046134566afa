// When something happened, as it is said: the day, or the date as people write it with the years that it may mean. Pure.
import type { NameEvent } from '../api/names'

export function whenOf({ date, date_text, from, to }: Pick<NameEvent, 'date' | 'date_text' | 'from' | 'to'>): string {
  if (date !== '') return date
  if (date_text === '') return ''
  const [first, last] = [from?.slice(0, 4) ?? '', to?.slice(0, 4) ?? '']
  const years = first === '' || last === '' ? '' : first === last ? first : `${first}–${last}`
  return years === '' || date_text.includes(years) ? date_text : `${date_text}（${years}）`
}
