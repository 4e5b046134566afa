// An inspection round drawn over the register: stones by condition on a disc, hollow where they are still to be seen;
// segments done, to do, or with something not in order, apart by stroke and by colour.
import type { GeoJSONSource, LayerSpecification, Map as Drawn } from 'maplibre-gl'
import type { RoundPicture } from '../inspect/picture'
import { tokens } from '../look/tokens'

const SOURCE = 'round'
const { colour, map: ink } = tokens
const by = (done: string, trouble: string, todo: string) => ['match', ['get', 'state'], 'done', done, 'trouble', trouble, todo] as unknown as string
const is = (kind: string, ...more: unknown[]) => ['all', ['==', ['get', 'kind'], kind], ...more] as never
const state = (word: string) => ['==', ['get', 'state'], word]
const WIDTH = ['interpolate', ['linear'], ['zoom'], 9, 3, 15, 7] as unknown as number

const stroke = (word: string, dash?: number[]): LayerSpecification => ({
  id: `round-segment-${word}`,
  type: 'line',
  source: SOURCE,
  filter: is('segment', state(word)),
  layout: { 'line-join': 'round', 'line-cap': dash ? 'butt' : 'round' },
  paint: { 'line-color': by(colour.accent, colour.red, colour.amber), 'line-width': WIDTH, ...(dash && { 'line-dasharray': dash }) },
})

const LAYERS: LayerSpecification[] = [
  { id: 'round-case', type: 'line', source: SOURCE, filter: is('segment'), layout: { 'line-join': 'round' }, paint: { 'line-color': ink.halo, 'line-width': ['interpolate', ['linear'], ['zoom'], 9, 5.5, 15, 11] } },
  { id: 'round-chosen', type: 'line', source: SOURCE, filter: is('segment', ['get', 'chosen']), paint: { 'line-color': colour.select, 'line-width': ['interpolate', ['linear'], ['zoom'], 9, 9, 15, 16], 'line-opacity': 0.55 } },
  stroke('todo', [1.6, 1.2]),
  stroke('done'),
  stroke('trouble', [5, 0.8, 1, 0.8]),
  // how far off the marker was found shows once metres do
  { id: 'round-off', type: 'line', minzoom: 15, source: SOURCE, filter: is('off'), paint: { 'line-color': colour.select, 'line-width': 2.5, 'line-dasharray': [2, 1.5] } },
  {
    id: 'round-disc',
    type: 'circle',
    source: SOURCE,
    filter: is('stone'),
    paint: {
      'circle-radius': ['interpolate', ['linear'], ['zoom'], 8, 7, 13, 13],
      'circle-color': by(colour.accentSoft, colour.redSoft, colour.panel),
      'circle-stroke-color': ['case', ['get', 'chosen'], colour.select, by(colour.accent, colour.red, colour.amber)] as never,
      'circle-stroke-width': ['case', ['get', 'chosen'], 4, ['match', ['get', 'state'], 'trouble', 2.5, 1.5]] as never,
    },
  },
  {
    id: 'round-stone',
    type: 'symbol',
    source: SOURCE,
    filter: is('stone'),
    layout: { 'icon-image': ['get', 'symbol'] as never, 'icon-size': ['interpolate', ['linear'], ['zoom'], 8, 0.55, 13, 1], 'icon-allow-overlap': true, 'icon-ignore-placement': true, 'symbol-sort-key': ['match', ['get', 'state'], 'trouble', 2, 'done', 1, 0] as never },
  },
  { id: 'round-found', type: 'circle', minzoom: 15, source: SOURCE, filter: is('found'), paint: { 'circle-radius': 6, 'circle-color': colour.select, 'circle-stroke-color': '#ffffff', 'circle-stroke-width': 2 } },
  { id: 'round-me', type: 'circle', source: SOURCE, filter: is('me'), paint: { 'circle-radius': 8, 'circle-color': colour.blue, 'circle-stroke-color': '#ffffff', 'circle-stroke-width': 3 } },
]

type Point = [number, number]
const feature = (geometry: object, properties: Record<string, unknown>) => ({ type: 'Feature' as const, geometry: geometry as never, properties })
const point = (at: Point, properties: Record<string, unknown>) => feature({ type: 'Point', coordinates: at }, properties)

function features({ stones, segments, found, me }: RoundPicture) {
  return [
    ...segments.map(({ course, ...said }) => feature({ type: 'LineString', coordinates: course }, { kind: 'segment', ...said })),
    ...stones.map(({ at, ...said }) => point(at, { kind: 'stone', ...said })),
    ...(found ? [feature({ type: 'LineString', coordinates: [found.from, found.to] }, { kind: 'off' }), point(found.to, { kind: 'found' })] : []),
    ...(me ? [point(me, { kind: 'me' })] : []),
  ]
}

/** Pixels about a click within which a stone or a segment is meant. */
const REACH = 8

/** The drawing of a round on a map. */
export class RoundLayer {
  constructor(private readonly map: Drawn, private readonly ready: Promise<void>) {}

  /** Draws a round over everything, or takes it away. */
  show(picture: RoundPicture | null): void {
    void this.ready.then(() => {
      const { map } = this
      if (!map.getSource(SOURCE)) {
        if (!picture) return
        map.addSource(SOURCE, { type: 'geojson', data: { type: 'FeatureCollection', features: [] } })
        for (const layer of LAYERS) map.addLayer(layer)
      }
      map.getSource<GeoJSONSource>(SOURCE)?.setData({ type: 'FeatureCollection', features: picture ? features(picture) : [] })
    })
  }

  /** The task under a pixel: a stone before a segment; null where there is none. */
  taskAt([x, y]: Point): string | null {
    const layers = ['round-disc', 'round-case'].filter((id) => this.map.getLayer(id))
    if (layers.length === 0) return null
    const hits = this.map.queryRenderedFeatures([[x - REACH, y - REACH], [x + REACH, y + REACH]], { layers })
    const hit = hits.find((one) => one.layer.id === 'round-disc') ?? hits[0]
    const key: unknown = hit?.properties['key']
    return typeof key === 'string' ? key : null
  }
}
