// The audit on the map: shades of communities (too few households blue, too many orange, pale within the band), the ground
// of gaps hatched, words for the rest.
import type { GeoJSONSource, LayerSpecification, Map as Drawn } from 'maplibre-gl'
import type { Geometry } from '../../api/types'
import { tokens } from '../../look/tokens'
import { shadeOf, type Band, type Fault, type Mark, type Row } from '../../zoning/audit'
import { hatch } from './hatch'

const [SHADE, GROUND, MARKS, HATCH] = ['audit-shade', 'audit-ground', 'audit-marks', 'audit-hatch'] as const
const { colour } = tokens
/** From far too few households to far too many; told apart by those who see no red or no green, and by lightness. */
export const SHADES = ['farBelow', 'below', 'within', 'above', 'farAbove'] as const
export const AUDIT_TINTS = ['#4f86c6', '#b3cdea', '#f6f1e3', '#f5c48f', '#dd7f26'] as const
const FONT = ['Noto Sans CJK SC', 'PingFang SC', 'Microsoft YaHei', 'sans-serif']
/** Signs and stones stand between the reader and the audit. */
const ASIDE: readonly string[] = ['facility', 'sign', 'door_plate', 'boundary_marker', 'place', 'compound', 'building', 'gate']
const hidden = new WeakMap<Drawn, string[]>()

export interface Audited {
  rows: readonly Row[]
  band: Band
  grounds: readonly Geometry[]
  marks: readonly Mark[]
  word: (fault: Fault) => string
}

const LAYERS: LayerSpecification[] = [
  { id: GROUND, type: 'fill', source: GROUND, paint: { 'fill-pattern': HATCH } },
  { id: `${GROUND}-edge`, type: 'line', source: GROUND, layout: { 'line-join': 'round' }, paint: { 'line-color': colour.red, 'line-width': 2.4 } },
  {
    id: MARKS, type: 'symbol', source: MARKS,
    layout: { 'text-field': ['get', 'text'], 'text-font': FONT, 'text-size': ['interpolate', ['linear'], ['zoom'], 11, 10, 14, 13] as never, 'text-line-height': 1.2, 'text-offset': [0, 1.6], 'text-anchor': 'top', 'symbol-sort-key': ['get', 'order'], 'text-padding': 1 },
    paint: { 'text-color': colour.red, 'text-halo-color': '#ffffff', 'text-halo-width': 1.8 },
  },
]

function begin(map: Drawn): void {
  const layers = map.getStyle().layers
  const border = layers.find((one) => 'source-layer' in one && one['source-layer'] === 'division_border')?.id
  const ratio = Math.min(3, Math.max(1, Math.round(devicePixelRatio)))
  const pixels = hatch(ratio, colour.red, 1.6)
  if (pixels && !map.hasImage(HATCH)) map.addImage(HATCH, pixels, { pixelRatio: ratio })
  map.addLayer({ id: SHADE, type: 'fill', source: 'register', 'source-layer': 'division', filter: ['==', ['get', 'level'], 'community'], paint: { 'fill-color': 'rgba(0,0,0,0)', 'fill-opacity': ['interpolate', ['linear'], ['zoom'], 12, 0.8, 15, 0.5] as never } }, border)
  for (const id of [GROUND, MARKS]) map.addSource(id, { type: 'geojson', data: { type: 'FeatureCollection', features: [] } })
  for (const layer of LAYERS) map.addLayer(layer)
  const away = layers.filter((one) => 'source-layer' in one && ASIDE.includes(one['source-layer'] ?? '') && one.layout?.visibility !== 'none').map(({ id }) => id)
  for (const id of away) map.setLayoutProperty(id, 'visibility', 'none')
  hidden.set(map, away)
}

export function putAudit(map: Drawn, { rows, band, grounds, marks, word }: Audited): void {
  if (!map.getLayer(SHADE)) begin(map)
  const pairs = rows.flatMap(({ code, households }) => {
    const shade = shadeOf(households, band)
    return shade === null ? [] : [code, AUDIT_TINTS[shade + 2] ?? 'rgba(0,0,0,0)']
  })
  map.setPaintProperty(SHADE, 'fill-color', pairs.length > 0 ? ['match', ['get', 'code'], ...pairs, 'rgba(0,0,0,0)'] as never : 'rgba(0,0,0,0)')
  const put = (source: string, features: readonly object[]) => map.getSource<GeoJSONSource>(source)?.setData({ type: 'FeatureCollection', features: features as never })
  put(GROUND, grounds.map((geometry) => ({ type: 'Feature', geometry, properties: {} })))
  put(MARKS, marks.map(({ at, faults }) => ({ type: 'Feature', geometry: { type: 'Point', coordinates: at }, properties: { text: faults.map(word).join(' '), order: -faults.length } })))
}

export function takeAudit(map: Drawn): void {
  if (!map.getLayer(SHADE)) return
  for (const id of [SHADE, ...LAYERS.map(({ id }) => id)]) map.removeLayer(id)
  for (const id of [GROUND, MARKS]) map.removeSource(id)
  if (map.hasImage(HATCH)) map.removeImage(HATCH)
  for (const id of hidden.get(map) ?? []) map.setLayoutProperty(id, 'visibility', 'visible')
  hidden.delete(map)
}
