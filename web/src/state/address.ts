// The address bar: place, selection, date and hidden layers of a view as query text and back, so that
// any view can be sent to a colleague. Pure; what cannot be read is left out, never an error.
import { isDay } from '../figures/days'

export interface Place {
  lon: number
  lat: number
  zoom: number
}

export interface Selection {
  layer: string
  id: string
}

export interface View {
  place: Place | null
  selection: Selection | null
  asOf: string | null
  hidden: string[]
}

type Query = Record<string, unknown>

const one = (value: unknown): string => {
  const first: unknown = Array.isArray(value) ? value[0] : value
  return typeof first === 'string' ? first : ''
}

/** `at=102.70412,25.05123,13.2` */
export function readPlace(text: string): Place | null {
  const [lon, lat, zoom, ...rest] = text.split(',').map((word) => (word.trim() === '' ? NaN : Number(word)))
  if (lon === undefined || lat === undefined || zoom === undefined || rest.length > 0) return null
  const sound = Math.abs(lon) <= 180 && Math.abs(lat) <= 85.06 && zoom >= 0 && zoom <= 24
  return sound ? { lon, lat, zoom } : null
}

export function writePlace(place: Place): string {
  return `${place.lon.toFixed(5)},${place.lat.toFixed(5)},${String(Number(place.zoom.toFixed(2)))}`
}

/** `sel=division/01J…` */
export function readSelection(text: string): Selection | null {
  const found = /^([a-z_]+)\/([0-9A-Za-z-]{1,40})$/.exec(text)
  return found?.[1] && found[2] ? { layer: found[1], id: found[2] } : null
}

export function readView(query: Query): View {
  const date = one(query['date'])
  const hidden = one(query['off'])
  return {
    place: readPlace(one(query['at'])),
    selection: readSelection(one(query['sel'])),
    asOf: isDay(date) ? date : null,
    hidden: hidden ? hidden.split(',').filter((name) => /^[a-z_]+$/.test(name)) : [],
  }
}

export function writeView(view: View): Record<string, string> {
  return {
    ...(view.place && { at: writePlace(view.place) }),
    ...(view.selection && { sel: `${view.selection.layer}/${view.selection.id}` }),
    ...(view.asOf && { date: view.asOf }),
    ...(view.hidden.length > 0 && { off: view.hidden.join(',') }),
  }
}

export function sameView(a: View, b: View): boolean {
  return JSON.stringify(writeView(a)) === JSON.stringify(writeView(b))
}

/** The query of a view without its selection, for going to another mode or change set. */
export function withoutSelection<T extends object>(query: T): Omit<T, 'sel'> {
  return Object.fromEntries(Object.entries(query).filter(([key]) => key !== 'sel')) as Omit<T, 'sel'>
}
