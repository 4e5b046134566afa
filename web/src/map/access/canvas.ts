// Service circles on the map: communities shaded by what is lacking, the exact pieces of street within reach, homes
// within and beyond reach, facilities that can be dragged, the way from a home.
import type { FilterSpecification, GeoJSONSource, LayerSpecification, Map as Drawn, MapMouseEvent, MapTouchEvent } from 'maplibre-gl'
import type { Homes, Reached } from '../../api/access'
import type { Box, Geometry, LonLat } from '../../api/types'
import type { Dot } from '../../access/dots'
import { ASIDE, HOMES, MARKS, NONE, REACH, SHADE, WAY, layers, shadeColour } from './layers'

/** A facility as it is drawn. */
export interface Sign {
  place: LonLat
  symbol: string
  name: string
  /** added, moved, run, closed; empty: as it stands */
  change: string
  draggable: boolean
  chosen: boolean
}
/** What lies under a click, the first of each. */
export interface Under {
  at: LonLat
  sign: number | null
  home: number | null
  gate: string | null
  compound: string | null
}
export interface Heard {
  clicked(under: Under): void
  /** a facility on its way, and where it was let go */
  dragged(sign: number, to: LonLat, done: boolean): void
  moved(box: Box, zoom: number): void
}
export interface Way {
  route: Geometry | null
  /** what is beside it: the chosen home, places of a line that is being drawn */
  spots: readonly LonLat[]
  line: readonly LonLat[]
}

const HIT = 7
const point = (at: LonLat, properties: object, id?: number) => ({ type: 'Feature' as const, ...(id !== undefined && { id }), geometry: { type: 'Point' as const, coordinates: at }, properties })
const pair = ({ lng, lat }: { lng: number; lat: number }): LonLat => [lng, lat]

export class AccessCanvas {
  private homes: Homes | null = null
  private dots: readonly Dot[] = []
  private served: ReadonlySet<number> = new Set()
  private signs: readonly Sign[] = []
  private drag: { sign: number; from: [number, number]; to: LonLat | null } | null = null

  /** layers of the style that are put away meanwhile */
  private readonly hidden: string[]

  constructor(private readonly map: Drawn, private readonly heard: Heard, private readonly done: () => void) {
    for (const id of [REACH, HOMES, WAY, MARKS]) map.addSource(id, { type: 'geojson', data: NONE })
    for (const { layer, before } of layers(map)) map.addLayer(layer as LayerSpecification, before)
    this.hidden = map.getStyle().layers.filter((one) => 'source-layer' in one && ASIDE.includes(one['source-layer'] ?? '') && one.layout?.visibility !== 'none').map(({ id }) => id)
    for (const id of this.hidden) map.setLayoutProperty(id, 'visibility', 'none')
    map.on('mousedown', this.down)
    map.on('touchstart', this.down)
    map.on('mousemove', this.over)
    map.on('touchmove', this.over)
    map.on('touchend', this.up)
    window.addEventListener('mouseup', this.up) // it may be let go over the legend, or beside the map
    map.on('click', this.click)
    map.on('moveend', this.tell)
    map.getCanvas().addEventListener('keydown', this.key)
    this.tell()
  }

  // -- what is heard ---------------------------------------------------------------------------------------
  private readonly tell = (): void => {
    const bounds = this.map.getBounds()
    this.heard.moved([bounds.getWest(), bounds.getSouth(), bounds.getEast(), bounds.getNorth()], this.map.getZoom())
  }
  private first(pixel: [number, number], hit: number, ids: readonly string[]) {
    const present = ids.filter((id) => this.map.getLayer(id))
    const [x, y] = pixel
    return present.length === 0 ? undefined : this.map.queryRenderedFeatures([[x - hit, y - hit], [x + hit, y + hit]], { layers: present })[0]
  }
  /** Of the things close by, the one that is nearest to the pointer. */
  private nearest(pixel: [number, number], layer: string): number | null {
    if (!this.map.getLayer(layer)) return null
    const [x, y] = pixel
    let best: { id: number; off: number } | null = null
    for (const { id, geometry } of this.map.queryRenderedFeatures([[x - HIT, y - HIT], [x + HIT, y + HIT]], { layers: [layer] })) {
      if (typeof id !== 'number' || geometry.type !== 'Point') continue
      const place = this.map.project(geometry.coordinates as LonLat)
      const off = Math.hypot(place.x - x, place.y - y)
      if (!best || off < best.off) best = { id, off }
    }
    return best?.id ?? null
  }
  private record(pixel: [number, number], layer: string, hit: number): string | null {
    const ids = this.map.getStyle().layers.filter((one) => 'source-layer' in one && one['source-layer'] === layer).map(({ id }) => id)
    const id: unknown = this.first(pixel, hit, ids)?.properties['id']
    return typeof id === 'string' ? id : null
  }
  private under(pixel: [number, number], at: LonLat): Under {
    return { at, sign: this.nearest(pixel, 'access-sign'), home: this.nearest(pixel, 'access-in'), gate: this.record(pixel, 'gate', HIT), compound: this.record(pixel, 'compound', 0) }
  }
  private readonly click = (event: MapMouseEvent): void => {
    this.heard.clicked(this.under([event.point.x, event.point.y], pair(event.lngLat)))
  }
  /** Enter means the middle of the map. */
  private readonly key = (event: KeyboardEvent): void => {
    if (event.key !== 'Enter') return
    const { clientWidth, clientHeight } = this.map.getContainer()
    this.heard.clicked(this.under([clientWidth / 2, clientHeight / 2], pair(this.map.getCenter())))
  }
  private readonly down = (event: MapMouseEvent | MapTouchEvent): void => {
    const one = !('button' in event.originalEvent) || event.originalEvent.button === 0
    const sign = one ? this.nearest([event.point.x, event.point.y], 'access-sign') : null
    if (sign === null || !this.signs[sign]?.draggable) return
    event.preventDefault() // the map stays where it is
    this.drag = { sign, from: [event.point.x, event.point.y], to: null }
  }
  private readonly over = (event: MapMouseEvent | MapTouchEvent): void => {
    const { drag } = this
    if (!drag) {
      if (!this.pointing) this.map.getCanvas().style.cursor = this.nearest([event.point.x, event.point.y], 'access-sign') !== null || this.nearest([event.point.x, event.point.y], 'access-in') !== null ? 'pointer' : ''
      return
    }
    // a hand that shakes drags nothing
    if (drag.to === null && Math.hypot(event.point.x - drag.from[0], event.point.y - drag.from[1]) < 4) return
    drag.to = pair(event.lngLat)
    this.map.getCanvas().style.cursor = 'grabbing'
    this.putSigns()
    this.heard.dragged(drag.sign, drag.to, false)
  }
  private readonly up = (): void => {
    const { drag } = this
    if (!drag) return
    this.drag = null
    this.map.getCanvas().style.cursor = this.pointing ? 'crosshair' : ''
    if (drag.to) this.heard.dragged(drag.sign, drag.to, true)
  }

  private pointing = false
  /** Whether a click puts something somewhere. */
  point(wanted: boolean): void {
    this.pointing = wanted
    this.map.getCanvas().style.cursor = wanted ? 'crosshair' : ''
  }

  // -- what is drawn ---------------------------------------------------------------------------------------
  private set(source: string, features: readonly object[]): void {
    this.map.getSource<GeoJSONSource>(source)?.setData({ type: 'FeatureCollection', features: features as never })
  }

  showHomes(homes: Homes | null, dots: readonly Dot[], served: ReadonlySet<number>): void {
    const { map } = this
    const other = homes !== this.homes
    if (other) {
      this.homes = homes
      map.removeFeatureState({ source: HOMES })
      this.dots = []
      this.set(HOMES, Array.from({ length: homes?.n ?? 0 }, (_, id) => point([homes?.lon[id] ?? 0, homes?.lat[id] ?? 0], { gateless: homes?.gateless[id] ?? 0 }, id)))
    }
    for (const [id, dot] of dots.entries()) {
      if (!other && dot === this.dots[id] && served.has(id) === this.served.has(id)) continue
      map.setFeatureState({ source: HOMES, id }, { dot, served: served.has(id) })
    }
    this.dots = dots
    this.served = served
  }

  showSigns(signs: readonly Sign[]): void {
    this.signs = signs
    this.putSigns()
  }
  private putSigns(): void {
    const { drag } = this
    this.set(MARKS, this.signs.map(({ place, symbol, name, change, chosen }, id) => point(drag?.sign === id && drag.to ? drag.to : place, { symbol, name, change, chosen }, id)))
  }

  showReached(reached: Reached | null): void {
    this.set(REACH, reached?.features ?? [])
  }

  /** Communities by their code, each with the shade it gets. */
  showShades(shades: ReadonlyMap<string, number>): void {
    const codes = [...shades.keys()]
    const filter = ['all', ['==', ['get', 'level'], 'community'], ['in', ['get', 'code'], ['literal', codes]]] as unknown as FilterSpecification
    this.map.setFilter(SHADE, filter)
    const pairs = [...shades].flatMap(([code, shade]) => [code, shadeColour(shade)])
    this.map.setPaintProperty(SHADE, 'fill-color', pairs.length > 0 ? ['match', ['get', 'code'], ...pairs, 'rgba(0,0,0,0)'] as never : 'rgba(0,0,0,0)')
  }

  showWay({ route, spots, line }: Way): void {
    this.set(WAY, [
      ...(route ? [{ type: 'Feature', geometry: route, properties: { kind: 'route' } }] : []),
      ...(line.length > 1 ? [{ type: 'Feature', geometry: { type: 'LineString', coordinates: line }, properties: { kind: 'link' } }] : []),
      ...spots.map((at) => point(at, { kind: 'spot' })),
    ])
  }

  showLayers(shown: Readonly<Record<string, boolean>>): void {
    for (const { layer, part } of layers(this.map)) {
      if (part && this.map.getLayer(layer.id)) this.map.setLayoutProperty(layer.id, 'visibility', shown[part] === false ? 'none' : 'visible')
    }
  }

  close(): void {
    const { map } = this
    map.off('mousedown', this.down)
    map.off('touchstart', this.down)
    map.off('mousemove', this.over)
    map.off('touchmove', this.over)
    map.off('touchend', this.up)
    window.removeEventListener('mouseup', this.up)
    map.off('click', this.click)
    map.off('moveend', this.tell)
    map.getCanvas().removeEventListener('keydown', this.key)
    map.getCanvas().style.cursor = ''
    for (const id of this.hidden) map.setLayoutProperty(id, 'visibility', 'visible')
    for (const { layer } of layers(map)) if (map.getLayer(layer.id)) map.removeLayer(layer.id)
    for (const id of [REACH, HOMES, WAY, MARKS]) if (map.getSource(id)) map.removeSource(id)
    this.done()
  }
}

