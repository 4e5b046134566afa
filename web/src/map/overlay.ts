// What an import would do, drawn over the register: new, changed and refused apart by colour and by stroke; and
// the ground of a finding (`fault`), with a strong edge however narrow it is.
import type { GeoJSONSource, LayerSpecification, Map as Drawn } from 'maplibre-gl'
import { tokens } from '../look/tokens'
import type { Overlay } from '../state/view'

const SOURCE = 'overlay'
const { colour } = tokens
const byOp = (fresh: string, changed: string, refused: string) =>
  ['match', ['get', 'op'], 'changed', changed, 'refused', refused, 'fault', refused, fresh] as unknown as string
const INK = byOp(colour.green, colour.blue, colour.red)
const of = (op: string) => ['==', ['get', 'op'], op] as never
const isPoint = ['==', ['geometry-type'], 'Point'] as never
const isArea = ['==', ['geometry-type'], 'Polygon'] as never

const line = (id: string, op: string, dash?: number[]): LayerSpecification => ({
  id,
  type: 'line',
  source: SOURCE,
  filter: ['all', ['!', isPoint], of(op)] as never,
  layout: { 'line-join': 'round' },
  paint: { 'line-color': INK, 'line-width': ['interpolate', ['linear'], ['zoom'], 8, 1.2, 16, 3], ...(dash && { 'line-dasharray': dash }) },
})

const LAYERS: LayerSpecification[] = [
  { id: 'overlay-fill', type: 'fill', source: SOURCE, filter: isArea, paint: { 'fill-color': INK, 'fill-opacity': ['match', ['get', 'op'], 'fault', 0.35, 0.13] as never } },
  line('overlay-new', 'new'),
  line('overlay-changed', 'changed', [4, 2]),
  line('overlay-refused', 'refused', [1, 1.4]),
  line('overlay-fault', 'fault'),
  {
    id: 'overlay-point',
    type: 'circle',
    source: SOURCE,
    filter: isPoint,
    paint: {
      'circle-radius': ['interpolate', ['linear'], ['zoom'], 9, 2.6, 16, 6],
      'circle-color': byOp(colour.green, colour.blue, '#ffffff'),
      'circle-stroke-color': byOp('#ffffff', '#ffffff', colour.red),
      'circle-stroke-width': ['interpolate', ['linear'], ['zoom'], 9, 0.8, 16, 2],
    },
  },
  {
    id: 'overlay-spot',
    type: 'circle',
    source: 'overlay-spot',
    paint: { 'circle-radius': 15, 'circle-color': 'rgba(0,0,0,0)', 'circle-stroke-color': colour.select, 'circle-stroke-width': 3 },
  },
]

/** Draws an overlay over everything, or takes it away. */
export function putOverlay(map: Drawn, overlay: Overlay | null): void {
  if (!overlay && !map.getSource(SOURCE)) return
  if (!map.getSource(SOURCE)) {
    for (const id of [SOURCE, 'overlay-spot']) map.addSource(id, { type: 'geojson', data: { type: 'FeatureCollection', features: [] } })
    for (const layer of LAYERS) map.addLayer(layer)
  }
  const features = (overlay?.features?.features ?? []).filter(({ geometry }) => geometry !== null)
  map.getSource<GeoJSONSource>(SOURCE)?.setData({
    type: 'FeatureCollection',
    features: features.map(({ geometry, properties }) => ({ type: 'Feature', geometry: geometry as never, properties: { op: properties['op'] ?? 'new' } })),
  })
  map.getSource<GeoJSONSource>('overlay-spot')?.setData({
    type: 'FeatureCollection',
    features: overlay?.spot ? [{ type: 'Feature', geometry: { type: 'Point', coordinates: overlay.spot }, properties: {} }] : [],
  })
}
