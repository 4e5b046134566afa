// In which groups the layers stand in the panel, and by which field each one's legend is told.
import type { LayerInfo } from '../../api/types'

export const GROUPS = {
  boundary: ['division', 'boundary_line', 'boundary_marker', 'inspection_round', 'inspection_record'],
  names: ['place', 'place_extent', 'name', 'sign', 'door_plate'],
  built: ['compound', 'gate', 'building', 'household_count'],
  service: ['facility'],
  base: ['road', 'water', 'closed_or_green_area'],
} as const

export type GroupName = keyof typeof GROUPS | 'other'

/** The layers of the register by group, in our order; empty layers too, so that one sees what is missing. */
export function grouped(layers: readonly LayerInfo[]): { name: GroupName; layers: LayerInfo[] }[] {
  const byName = new Map(layers.map((layer) => [layer.name, layer]))
  const groups: { name: GroupName; layers: LayerInfo[] }[] = []
  for (const [name, members] of Object.entries(GROUPS)) {
    const present = members.flatMap((member) => byName.get(member) ?? [])
    for (const member of members) byName.delete(member)
    if (present.length > 0) groups.push({ name: name as GroupName, layers: present })
  }
  if (byName.size > 0) groups.push({ name: 'other', layers: [...byName.values()] })
  return groups
}

const LEGEND_FIELDS: Record<string, string> = {
  division: 'level',
  boundary_line: 'level',
  boundary_marker: 'condition',
  inspection_round: 'stage',
  inspection_record: 'condition',
  place: 'category',
  name: 'status',
  sign: 'direction',
  road: 'class',
}

/** The field whose values the map tells apart: its kind, where nothing else is said. */
export function legendField(layer: LayerInfo): string | null {
  const name = LEGEND_FIELDS[layer.name] ?? 'kind'
  return layer.fields.some((field) => field.name === name) ? name : null
}
