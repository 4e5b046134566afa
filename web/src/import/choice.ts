// What a person chose for one source, as the request that a trial is asked with, and back. Pure.
import type { Invalid, Placing, PreviewRequest, Profile, Source } from '../api/imports'
import type { Json, LayerInfo } from '../api/types'
import { fromTold, told, type Mapping } from './mapping'

export interface Choice {
  layer: string
  /** empty: as the file declares */
  crs: string
  encoding: string
  mapping: Mapping
  /** whether the mapping was changed by hand; until then the server recognises the columns */
  mapped: boolean
  /** values that all rows have, by field */
  constants: Record<string, string>
  /** empty: by id, code or content */
  key: string
  invalid: Invalid
  join: boolean
  /** what was said of rows that found no record, by their number */
  place: Record<string, Placing>
  /** lines are cut where they cross */
  split: boolean
  /** neighbours of divisions that are not in the file follow its borders */
  carry: boolean
  /** empty: nothing said; else `keep` or seven parameters */
  datum: string
  /** where the data come from, in words */
  source: string
  /** the profile it was taken from */
  profile: string
}

export const freshChoice = (): Choice => ({
  layer: '', crs: '', encoding: '', mapping: {}, mapped: false, constants: {}, key: '', invalid: 'repair', join: false, place: {}, split: false, carry: false, datum: '', source: '', profile: '',
})

/** Whether a layer's shapes can cross themselves. */
export const hasAreas = (layer: Pick<LayerInfo, 'geometry'>): boolean => layer.geometry === 'area' || layer.geometry === 'any'

/** Whether rows without places can be joined to records that have them. */
export const mayJoin = (source: Pick<Source, 'geometry'>, layer: Pick<LayerInfo, 'geometry'>): boolean =>
  !source.geometry && layer.geometry !== 'none'

/** Whether a layer's lines can be cut where they cross. */
export const maySplit = (source: Pick<Source, 'geometry'>, layer: Pick<LayerInfo, 'geometry'>): boolean => source.geometry && layer.geometry === 'line'

/** How far neighbours follow, m. */
const CARRY_M = 50
/** Whether a file brings areas of divisions, whose neighbours may follow. */
export const mayCarry = (source: Pick<Source, 'geometry'>, layer: Pick<LayerInfo, 'name'>): boolean => source.geometry && layer.name === 'division'

const said = (constants: Record<string, string>): Record<string, string> =>
  Object.fromEntries(Object.entries(constants).filter(([, text]) => text.trim() !== ''))
const filled = (object: Record<string, unknown>): boolean => Object.keys(object).length > 0

export function requestOf(upload: string, source: Source, layer: LayerInfo, choice: Choice): PreviewRequest {
  return {
    upload,
    file: source.file,
    ...(source.source_layer !== null && { source_layer: source.source_layer }),
    layer: layer.name,
    ...(choice.crs && { crs: choice.crs }),
    ...(choice.encoding && { encoding: choice.encoding }),
    map: choice.mapped ? told(choice.mapping, layer.fields) : {},
    ...(filled(said(choice.constants)) && { set: said(choice.constants) }),
    ...(choice.key && { key: choice.key }),
    ...(hasAreas(layer) && { invalid: choice.invalid }),
    ...(choice.join && mayJoin(source, layer) && { join: true }),
    ...(choice.join && mayJoin(source, layer) && filled(choice.place) && { place: choice.place }),
    ...(choice.split && maySplit(source, layer) && { split_crossings: true }),
    ...(choice.carry && mayCarry(source, layer) && { carry_m: CARRY_M }),
    ...(choice.datum && { datum: choice.datum }),
    ...(choice.source.trim() && { source: choice.source.trim() }),
    ...(choice.profile && { profile: choice.profile }),
  }
}

const sorted = (value: unknown): unknown =>
  value !== null && typeof value === 'object' && !Array.isArray(value)
    ? Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)).map(([key, item]) => [key, sorted(item)]))
    : value

/** Whether two requests ask for the same trial. */
export function sameRequest(a: PreviewRequest | null, b: PreviewRequest | null): boolean {
  return JSON.stringify(sorted(a)) === JSON.stringify(sorted(b))
}

const text = (value: Json | undefined): string => (typeof value === 'string' ? value : '')
const invalidOf = (value: Json | undefined): Invalid => (value === 'keep' || value === 'refuse' ? value : 'repair')

/** The map of a request in whichever way it is written: an object, or pairs of field and column. */
function mapOf(value: Json | undefined): Record<string, string> {
  if (value === null || value === undefined || typeof value !== 'object') return {}
  const pairs = Array.isArray(value) ? value.filter(Array.isArray).map(([field, column]) => [text(field), text(column)]) : Object.entries(value).map(([field, column]) => [field, text(column)])
  return Object.fromEntries(pairs) as Record<string, string>
}

const texts = (value: Json | undefined): Record<string, string> =>
  value !== null && typeof value === 'object' && !Array.isArray(value) ? Object.fromEntries(Object.entries(value).map(([name, item]) => [name, text(item)])) : {}
const isPlacing = (value: Json): value is Placing =>
  typeof value === 'string' || (Array.isArray(value) && value.length === 2 && value.every((part) => typeof part === 'number'))
const placings = (value: Json | undefined): Record<string, Placing> =>
  value !== null && typeof value === 'object' && !Array.isArray(value)
    ? Object.fromEntries(Object.entries(value).filter((entry): entry is [string, Placing] => isPlacing(entry[1])))
    : {}

/** The choice out of the parameters of a trial. */
export function choiceOf(params: Record<string, Json>, source: Pick<Source, 'columns'>): Choice {
  const map = mapOf(params['map'])
  const mapped = Object.keys(map).length > 0
  return {
    layer: text(params['layer']),
    crs: text(params['crs']),
    encoding: text(params['encoding']),
    mapping: mapped ? fromTold(map, source.columns) : {},
    mapped,
    constants: texts(params['set']),
    key: text(params['key']),
    invalid: invalidOf(params['invalid']),
    join: params['join'] === true,
    place: placings(params['place']),
    split: params['split_crossings'] === true,
    carry: typeof params['carry_m'] === 'number',
    datum: text(params['datum']),
    source: text(params['source']),
    profile: text(params['profile']),
  }
}

/** The choice as a profile keeps it. */
export function asProfile(name: string, source: Pick<Source, 'columns' | 'kind'>, layer: LayerInfo, choice: Choice): Profile {
  return {
    name,
    layer: layer.name,
    file_kind: source.kind,
    columns: source.columns,
    options: {
      crs: choice.crs || null,
      encoding: choice.encoding || null,
      map: told(choice.mapping, layer.fields),
      set: said(choice.constants),
      key: choice.key || null,
      invalid: choice.invalid,
      source: choice.source.trim() || null,
      join: choice.join,
      split_crossings: choice.split,
      datum: choice.datum || null,
    },
  }
}

/** What a profile says, for a source. */
export function byProfile(profile: Profile, source: Pick<Source, 'columns'>): Choice {
  const { options } = profile
  return {
    ...freshChoice(),
    layer: profile.layer,
    crs: options.crs ?? '',
    encoding: options.encoding ?? '',
    mapping: fromTold(options.map, source.columns),
    mapped: true,
    constants: options.set ?? {},
    key: options.key !== null && source.columns.includes(options.key) ? options.key : '',
    invalid: invalidOf(options.invalid),
    source: options.source ?? '',
    join: options.join,
    split: options.split_crossings ?? false,
    datum: options.datum ?? '',
    profile: profile.name,
  }
}
