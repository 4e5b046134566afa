// Borders under edit, drawn over the map: those that may move, those that are surveyed, the one taken hold of, and
// of what changes how it was (thin, grey, dashed) and how it will be (bold).
import type { FilterSpecification, GeoJSONSource, LayerSpecification, Map as Drawn } from 'maplibre-gl'
import type { Geometry, LonLat } from '../../api/types'
import { tokens } from '../../look/tokens'

export type Part = 'free' | 'locked' | 'held' | 'stretch' | 'guide' | 'picked' | 'before' | 'after' | 'spot'
export interface Stroke {
  part: Part
  geometry: Geometry
}
export const line = (part: Part, points: readonly LonLat[]): Stroke => ({ part, geometry: { type: 'LineString', coordinates: points as never } })

const SOURCE = 'borders'
const { colour, map: tint } = tokens
const round = { 'line-join': 'round', 'line-cap': 'round' } as const
const of = (part: Part) => ['==', ['get', 'part'], part] as FilterSpecification
const stroke = (part: Part, ink: string, width: number, dash?: number[], halo = false): LayerSpecification => ({
  id: `borders-${part}${halo ? '-halo' : ''}`,
  type: 'line',
  source: SOURCE,
  filter: of(part),
  layout: dash ? { 'line-join': 'round' } : round,
  paint: { 'line-color': ink, 'line-width': width, ...(dash && { 'line-dasharray': dash }), ...(halo && { 'line-opacity': 0.85 }) },
})

const LAYERS: LayerSpecification[] = [
  { id: 'borders-picked', type: 'fill', source: SOURCE, filter: of('picked'), paint: { 'fill-color': colour.accent, 'fill-opacity': 0.16 } },
  stroke('free', '#ffffff', 5, undefined, true),
  stroke('locked', '#ffffff', 6, undefined, true),
  stroke('held', '#ffffff', 9, undefined, true),
  stroke('free', tint.township, 2),
  stroke('held', colour.accent, 6),
  // surveyed: ink, and cut across like a wall on a sheet, so that it is told from the others without colour
  stroke('locked', colour.ink, 3.4),
  { ...stroke('locked', '#ffffff', 1.6, [0.8, 2.4]), id: 'borders-locked-cuts' } as LayerSpecification,
  stroke('guide', colour.blue, 5, [1, 0.7]),
  stroke('stretch', colour.amber, 6),
  stroke('after', '#ffffff', 7, undefined, true),
  stroke('after', colour.select, 3.6),
  stroke('before', colour.before, 1.6, [4, 3]),
  { id: 'borders-spot', type: 'circle', source: SOURCE, filter: of('spot'), paint: { 'circle-radius': 14, 'circle-color': 'rgba(0,0,0,0)', 'circle-stroke-color': colour.red, 'circle-stroke-width': 3 } },
]

/** Draws strokes over everything, or takes them away. */
export function putBorders(map: Drawn, strokes: readonly Stroke[]): void {
  if (strokes.length === 0 && !map.getSource(SOURCE)) return
  if (!map.getSource(SOURCE)) {
    map.addSource(SOURCE, { type: 'geojson', data: { type: 'FeatureCollection', features: [] } })
    // under what a pen draws, which stands on top of the style
    const above = map.getStyle().layers.find(({ id }) => id.startsWith('pen-'))?.id
    for (const layer of LAYERS) map.addLayer(layer, above)
  }
  map.getSource<GeoJSONSource>(SOURCE)?.setData({
    type: 'FeatureCollection',
    features: strokes.map(({ part, geometry }) => ({ type: 'Feature', geometry: geometry as never, properties: { part } })),
  })
}
