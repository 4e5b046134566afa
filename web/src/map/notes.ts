// Notes over the map (lines/notes.ts): rays, stretches, points with names.
import type { GeoJSONSource, LayerSpecification, Map as Drawn } from 'maplibre-gl'
import type { Note } from '../lines/notes'
import { tokens } from '../look/tokens'

const SOURCE = 'notes'
const { colour, map: paper } = tokens
const of = (...kinds: string[]) => ['in', ['get', 'kind'], ['literal', kinds]] as never

const LAYERS: LayerSpecification[] = [
  { id: 'notes-stretch-halo', type: 'line', source: SOURCE, filter: of('stretch'), layout: { 'line-cap': 'round' }, paint: { 'line-color': '#ffffff', 'line-width': 9, 'line-opacity': 0.8 } },
  { id: 'notes-stretch', type: 'line', source: SOURCE, filter: of('stretch'), layout: { 'line-cap': 'round' }, paint: { 'line-color': colour.blue, 'line-width': 5 } },
  { id: 'notes-ray', type: 'line', source: SOURCE, filter: of('ray'), paint: { 'line-color': colour.select, 'line-width': 1.6, 'line-dasharray': [4, 2] } },
  {
    id: 'notes-point',
    type: 'circle',
    source: SOURCE,
    filter: of('object', 'known', 'number', 'kept'),
    paint: {
      'circle-radius': ['match', ['get', 'kind'], 'known', 6, 'number', 5, 'kept', 4, 4.5] as never,
      'circle-color': ['match', ['get', 'kind'], 'known', 'rgba(0,0,0,0)', 'number', colour.blue, 'kept', colour.ink3, colour.select] as never,
      'circle-stroke-color': ['match', ['get', 'kind'], 'known', colour.blue, '#ffffff'] as never,
      'circle-stroke-width': ['match', ['get', 'kind'], 'known', 2.4, 1.4] as never,
    },
  },
  {
    id: 'notes-name',
    type: 'symbol',
    source: SOURCE,
    filter: ['all', of('object', 'known', 'number', 'kept'), ['!=', ['get', 'label'], '']] as never,
    layout: { 'text-field': ['get', 'label'], 'text-size': 13, 'text-font': ['Noto Sans CJK SC', 'PingFang SC', 'Microsoft YaHei', 'Source Han Sans SC', 'sans-serif'], 'text-variable-anchor': ['left', 'right', 'top', 'bottom'], 'text-radial-offset': 0.8, 'text-justify': 'auto' },
    paint: { 'text-color': ['match', ['get', 'kind'], 'number', colour.blue, 'kept', colour.ink2, colour.select] as never, 'text-halo-color': paper.halo, 'text-halo-width': 2 },
  },
]

/** Writes notes over everything, or takes them away. */
export function putNotes(map: Drawn, notes: readonly Note[]): void {
  if (notes.length === 0 && !map.getSource(SOURCE)) return
  if (!map.getSource(SOURCE)) {
    map.addSource(SOURCE, { type: 'geojson', data: { type: 'FeatureCollection', features: [] } })
    for (const layer of LAYERS) map.addLayer(layer)
  }
  map.getSource<GeoJSONSource>(SOURCE)?.setData({
    type: 'FeatureCollection',
    features: notes.map(({ kind, label, at }) => ({
      type: 'Feature',
      geometry: at.length > 1 ? { type: 'LineString', coordinates: at } : { type: 'Point', coordinates: at[0] ?? [0, 0] },
      properties: { kind, label },
    })),
  })
}
