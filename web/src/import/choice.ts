// What a person chose for one source, as the request that a trial is asked with, and back. Pure.
import type { Invalid, PreviewRequest, Profile, Source } from '../api/imports'
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
  /** empty: by id, code or content */
  key: string
  invalid: Invalid
  join: boolean
  /** where the data come from, in words */
  source: string
  /** the profile it was taken from */
  profile: string
}

export const freshChoice = (): Choice => ({
  layer: '', crs: '', encoding: '', mapping: {}, mapped: false, key: '', invalid: 'repair', join: false, source: '', profile: '',
})

/** Whether a layer's shapes can cross themselves. */
export const hasAreas = (layer: Pick<LayerInfo, 'geometry'>): boolean => layer.geometry === 'area' || layer.geometry === 'any'

/** Whether rows without places can be joined to records that have them. */
export const mayJoin = (source: Pick<Source, 'geometry'>, layer: Pick<LayerInfo, 'geometry'>): boolean =>
  !source.geometry && layer.geometry !== 'none'

export function requestOf(upload: string, source: Source, layer: LayerInfo, choice: Choice): PreviewRequest {
  return {
    upload,
    file: source.file,
    ...(source.source_layer !== null && { source_layer: source.source_layer }),
    layer: layer.name,
    ...(choice.crs && { crs: choice.crs }),
    ...(choice.encoding && { encoding: choice.encoding }),
    map: choice.mapped ? told(choice.mapping, layer.fields) : {},
    ...(choice.key && { key: choice.key }),
    ...(hasAreas(layer) && { invalid: choice.invalid }),
    ...(choice.join && mayJoin(source, layer) && { join: true }),
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
    key: text(params['key']),
    invalid: invalidOf(params['invalid']),
    join: params['join'] === true,
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
      key: choice.key || null,
      invalid: choice.invalid,
      source: choice.source.trim() || null,
      join: choice.join,
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
    key: options.key !== null && source.columns.includes(options.key) ? options.key : '',
    invalid: invalidOf(options.invalid),
    source: options.source ?? '',
    join: options.join,
    profile: profile.name,
  }
}
