// How service circles are drawn. Within and beyond reach differ by colour, size and form: small discs, open rings; so
// they do in grey print.
import type { LayerSpecification, Map as Drawn } from 'maplibre-gl'
import { tokens } from '../../look/tokens'

export const [REACH, HOMES, WAY, MARKS, SHADE] = ['access-reach', 'access-homes', 'access-way', 'access-marks', 'access-shade'] as const
/** Layers of the register that would stand between the reader and what is asked. */
export const ASIDE: readonly string[] = ['facility', 'sign', 'door_plate', 'boundary_marker']
export const NONE = { type: 'FeatureCollection' as const, features: [] }
const { colour, map: ink } = tokens
const FONT = ['Noto Sans CJK SC', 'PingFang SC', 'Microsoft YaHei', 'sans-serif']
const dot = ['feature-state', 'dot']
const when = (words: readonly string[], then: unknown, otherwise: unknown) => ['match', ['to-string', dot], [...words], then, otherwise] as never
const served = (then: unknown, otherwise: unknown) => ['case', ['boolean', ['feature-state', 'served'], false], then, otherwise] as never
const byZoom = (...stops: [zoom: number, value: unknown][]) => ['interpolate', ['linear'], ['zoom'], ...stops.flat()] as never
const is = (kind: string) => ['==', ['get', 'kind'], kind] as never
const SHADE_COLOURS = [ink.lackMost, ink.lackMuch, ink.lackLess] as const

/** The colour of a shade; none where next to nothing is lacking. */
export const shadeColour = (shade: number): string => SHADE_COLOURS[shade] ?? 'rgba(0,0,0,0)'

/** Layers from the lowest up; `part`: what of the legend shows and hides it; `before`: what it lies under. */
export function layers(map: Drawn): { layer: LayerSpecification; part?: string; before?: string | undefined }[] {
  const first = (layer: string) => map.getStyle().layers.find((one) => 'source-layer' in one && one['source-layer'] === layer)?.id
  const [border, names] = [first('division_border'), first('division_label')]
  return [
    { part: 'shade', before: border, layer: { id: SHADE, type: 'fill', source: 'register', 'source-layer': 'division', filter: ['==', ['get', 'level'], 'none'], paint: { 'fill-color': 'rgba(0,0,0,0)', 'fill-opacity': byZoom([11, 0.6], [14, 0.38], [16, 0.22]) } } },
    { part: 'streets', before: names, layer: { id: 'access-outline', type: 'line', source: REACH, filter: is('outline'), layout: { 'line-join': 'round' }, paint: { 'line-color': ink.covered, 'line-width': 1.4, 'line-dasharray': [3, 2] } } },
    { part: 'streets', before: names, layer: { id: 'access-streets', type: 'line', source: REACH, filter: is('streets'), layout: { 'line-join': 'round', 'line-cap': 'butt' }, paint: { 'line-color': ink.reach, 'line-width': byZoom([11, 0.8], [14, 2], [17, 5]), 'line-opacity': 0.75 } } },
    { part: 'homes', before: names, layer: { id: 'access-in', type: 'circle', source: HOMES, paint: {
      'circle-radius': byZoom([10, 0.9], [12, 1.4], [14, 2.8], [16, 4.5]),
      'circle-color': ink.covered,
      'circle-opacity': when(['in', 'gained'], served(1, 0.85), 0),
      'circle-stroke-color': served(colour.ink, '#ffffff'),
      'circle-stroke-width': served(1.6, 0.5),
      'circle-stroke-opacity': when(['in', 'gained'], 1, 0),
    } } },
    { part: 'homes', before: names, layer: { id: 'access-out', type: 'circle', source: HOMES, paint: {
      'circle-radius': byZoom([10, 1], [12, 1.8], [14, 3.6], [16, 5.5]),
      'circle-color': when(['lost'], ink.uncovered, '#ffffff'),
      'circle-opacity': when(['out', 'lost'], 1, 0),
      'circle-stroke-color': ink.uncovered,
      'circle-stroke-width': byZoom([10, 0.6], [12, 0.9], [14, 1.7], [16, 2.4]),
      'circle-stroke-opacity': when(['out', 'lost'], 1, 0),
    } } },
    { part: 'homes', before: names, layer: { id: 'access-changed', type: 'circle', source: HOMES, paint: {
      'circle-radius': byZoom([10, 2.6], [12, 3.6], [14, 5.5], [16, 8]),
      'circle-color': 'rgba(0,0,0,0)',
      'circle-stroke-color': when(['lost'], ink.uncovered, colour.ink),
      'circle-stroke-width': byZoom([10, 0.4], [13, 1], [15, 1.4]),
      'circle-stroke-opacity': when(['gained', 'lost'], 1, 0),
    } } },
    { layer: { id: 'access-route-case', type: 'line', source: WAY, filter: is('route'), layout: { 'line-join': 'round', 'line-cap': 'round' }, paint: { 'line-color': '#ffffff', 'line-width': 8, 'line-opacity': 0.9 } } },
    { layer: { id: 'access-route', type: 'line', source: WAY, filter: is('route'), layout: { 'line-join': 'round', 'line-cap': 'round' }, paint: { 'line-color': ink.route, 'line-width': 4 } } },
    { layer: { id: 'access-link', type: 'line', source: WAY, filter: is('link'), paint: { 'line-color': colour.select, 'line-width': 3, 'line-dasharray': [2, 1.2] } } },
    { layer: { id: 'access-spot', type: 'circle', source: WAY, filter: is('spot'), paint: { 'circle-radius': 10, 'circle-color': 'rgba(0,0,0,0)', 'circle-stroke-color': colour.select, 'circle-stroke-width': 3 } } },
    { part: 'facilities', layer: { id: 'access-chosen', type: 'circle', source: MARKS, filter: ['any', ['get', 'chosen'], ['!=', ['get', 'change'], '']] as never, paint: {
      'circle-radius': 17,
      'circle-color': ['case', ['get', 'chosen'], colour.amberSoft, '#ffffff'] as never,
      'circle-stroke-color': ['match', ['get', 'change'], 'closed', ink.uncovered, '', colour.select, colour.accent] as never,
      'circle-stroke-width': 2.4,
    } } },
    { part: 'facilities', layer: { id: 'access-sign', type: 'symbol', source: MARKS,
      layout: {
        'icon-image': ['get', 'symbol'] as never, 'icon-size': byZoom([10, 0.62], [14, 0.95], [17, 1.1]), 'icon-allow-overlap': true, 'icon-ignore-placement': true,
        'text-field': ['step', ['zoom'], '', 14, ['get', 'name']] as never, 'text-font': FONT, 'text-size': 12, 'text-offset': [0, 1.3], 'text-anchor': 'top', 'text-optional': true, 'text-max-width': 9,
      },
      paint: { 'text-color': colour.ink, 'text-halo-color': '#ffffff', 'text-halo-width': 1.6 },
    } },
  ]
}
