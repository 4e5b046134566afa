// The map lent for pointing at the places of a picture's points: clicks told, points and the picture's outline drawn.
import type { GeoJSONSource, Map as Drawn, MapMouseEvent } from 'maplibre-gl'
import type { LonLat } from '../../api/types'
import { tokens } from '../../look/tokens'

const SOURCE = 'scan-points'
const { colour } = tokens

export interface Shown {
  points: readonly { at: LonLat; number: number }[]
  /** a place that waits for its half in the picture */
  waiting: LonLat | null
  corners: readonly LonLat[]
}

export class Pointer {
  constructor(
    private readonly map: Drawn,
    private readonly told: (at: LonLat) => void,
    private readonly done: () => void,
  ) {
    map.addSource(SOURCE, { type: 'geojson', data: { type: 'FeatureCollection', features: [] } })
    map.addLayer({ id: 'scan-outline', type: 'line', source: SOURCE, filter: ['==', ['geometry-type'], 'LineString'], paint: { 'line-color': colour.accent, 'line-width': 2, 'line-dasharray': [4, 3] } })
    map.addLayer({
      id: 'scan-dot', type: 'circle', source: SOURCE, filter: ['==', ['geometry-type'], 'Point'],
      paint: { 'circle-radius': 9, 'circle-color': ['case', ['has', 'number'], colour.accent, colour.select], 'circle-stroke-color': colour.onAccent, 'circle-stroke-width': 2 },
    })
    map.addLayer({
      id: 'scan-number', type: 'symbol', source: SOURCE, filter: ['has', 'number'],
      layout: { 'text-field': ['to-string', ['get', 'number']], 'text-font': ['Noto Sans CJK SC', 'PingFang SC', 'Microsoft YaHei', 'sans-serif'], 'text-size': 12, 'text-allow-overlap': true },
      paint: { 'text-color': colour.onAccent },
    })
    map.on('click', this.click)
    map.getCanvas().addEventListener('keydown', this.key)
    map.getCanvas().style.cursor = 'crosshair'
  }

  private readonly click = (event: MapMouseEvent): void => { this.told([event.lngLat.lng, event.lngLat.lat]) }
  /** Enter points at the middle of the map. */
  private readonly key = (event: KeyboardEvent): void => {
    if (event.key !== 'Enter') return
    const { lng, lat } = this.map.getCenter()
    this.told([lng, lat])
  }

  show({ points, waiting, corners }: Shown): void {
    const dot = (at: LonLat, properties: Record<string, unknown>) => ({ type: 'Feature' as const, properties, geometry: { type: 'Point' as const, coordinates: at } })
    const [first] = corners
    const outline = first ? [{ type: 'Feature' as const, properties: {}, geometry: { type: 'LineString' as const, coordinates: [...corners, first] } }] : []
    this.map.getSource<GeoJSONSource>(SOURCE)?.setData({
      type: 'FeatureCollection',
      features: [...outline, ...points.map(({ at, number }) => dot(at, { number })), ...(waiting ? [dot(waiting, {})] : [])],
    })
  }

  close(): void {
    this.map.off('click', this.click)
    this.map.getCanvas().removeEventListener('keydown', this.key)
    this.map.getCanvas().style.cursor = ''
    for (const id of ['scan-number', 'scan-dot', 'scan-outline']) this.map.removeLayer(id)
    this.map.removeSource(SOURCE)
    this.done()
  }
}
