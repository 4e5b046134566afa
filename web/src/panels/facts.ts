// Which facts people come for, by layer; everything else is under all attributes.
import type { Bilingual, FieldDef, Json, LayerInfo, RecordAnswer } from '../api/types'

const KEY_FACTS: Record<string, readonly string[]> = {
  division: ['level', 'kind', 'population', 'seat', 'set_up_document'],
  boundary_line: ['level', 'party_a', 'party_b', 'surveyed', 'approval_no', 'next_inspection'],
  boundary_marker: ['marker_type', 'condition', 'place_a', 'place_b', 'custodian', 'position_text'],
  place: ['category', 'place_code', 'roman', 'protection_class'],
  place_extent: ['kind', 'place_id'],
  name: ['status', 'kind', 'roman', 'origin', 'meaning'],
  sign: ['kind', 'direction', 'condition', 'place_code', 'installed', 'maintainer'],
  door_plate: ['full_address', 'kind', 'status', 'road', 'postcode'],
  road: ['class', 'width_m', 'foot', 'sidewalk'],
  water: ['kind', 'width_m'],
  compound: ['kind', 'address', 'community_code', 'closed', 'building_count', 'built_year'],
  gate: ['kind', 'foot', 'opening_hours'],
  building: ['kind', 'floors', 'height_m', 'address'],
  household_count: ['kind', 'number', 'counted', 'basis'],
  facility: ['kind', 'status', 'address', 'floor_area_m2', 'opening_hours', 'operator'],
  closed_or_green_area: ['kind', 'walkable', 'opening_hours'],
}

/** The fields of a layer that people come for. */
export const tellingFields = (layer: string): readonly string[] => KEY_FACTS[layer] ?? []

const STATUS_FIELDS = ['status', 'condition'] as const
const OWN_PLACE = new Set(['id', 'version', 'secrecy', 'valid_from', 'valid_to', 'code'])

export interface Row {
  field: FieldDef
  value: Json
}

const filled = (value: Json | undefined): boolean =>
  value !== null && value !== undefined && value !== '' && !(Array.isArray(value) && value.length === 0)

/** The key facts that are stated, in order. */
export function keyFacts(record: RecordAnswer, layer: LayerInfo): Row[] {
  const said: readonly string[] = STATUS_FIELDS // beside the title already
  return (KEY_FACTS[layer.name] ?? []).flatMap((name) => {
    if (said.includes(name)) return []
    const field = layer.fields.find((one) => one.name === name)
    const value = record.attributes[name]
    return field && filled(value) ? [{ field, value: value as Json }] : []
  })
}

/** All fields of the layer, those stated first, then how many are not. */
export function allFields(record: RecordAnswer, layer: LayerInfo): { stated: Row[]; empty: FieldDef[] } {
  const fields = layer.fields.filter((field) => !['id', 'version'].includes(field.name) && !field.files)
  return {
    stated: fields.flatMap((field) => {
      const value = record.attributes[field.name]
      return filled(value) ? [{ field, value: value as Json }] : []
    }),
    empty: fields.filter((field) => !filled(record.attributes[field.name])),
  }
}

/** What the imported file had beside our fields. */
export function otherAttributes(record: RecordAnswer, layer: LayerInfo): [string, Json][] {
  const known = new Set([...layer.fields.map((field) => field.name), ...OWN_PLACE, 'extra'])
  const extra = record.attributes['extra']
  const nested = extra !== null && typeof extra === 'object' && !Array.isArray(extra) ? Object.entries(extra).filter(([name]) => name !== 'media') : []
  return [...Object.entries(record.attributes).filter(([name]) => !known.has(name)), ...nested].filter(([, value]) => filled(value))
}

/** The states shown beside the title: condition or status of the thing. */
export function states(record: RecordAnswer, layer: LayerInfo): Row[] {
  return STATUS_FIELDS.flatMap((name) => {
    const field = layer.fields.find((one) => one.name === name)
    const value = record.attributes[name]
    return field && filled(value) ? [{ field, value: value as Json }] : []
  })
}

/** The related records with the word for how each is related; said once for a run of the same. */
export function relations(related: RecordAnswer['related'], say: (text: Bilingual) => string): { word: string; other: RecordAnswer['related'][number] }[] {
  const words = related.map((other) => say(other.relation).replace(/代码$| code$/, ''))
  return related.map((other, index) => ({ word: words[index] === words[index - 1] ? '' : (words[index] ?? ''), other }))
}

/** Whether a record holds on a day: `ended` (its interval is over), `later` (not begun) or `holds`. */
export function standing(record: RecordAnswer, day: string): 'ended' | 'later' | 'holds' {
  const own = record.versions.find((one) => one.version === record.version)
  if (own?.valid_to && own.valid_to <= day) return 'ended'
  if (own?.valid_from && own.valid_from > day) return 'later'
  return 'holds'
}
