// The drawn map: it holds the MapLibre map, and lends it to a pen while something is drawn (draw/pen.ts). It
// draws what it is told and reports what the reader does with it; it asks the server for nothing but tiles.
import { Map as Drawn, ScaleControl, setWorkerUrl, type GeoJSONSource, type LngLat, type VectorTileSource } from 'maplibre-gl'
import workerUrl from 'maplibre-gl/dist/maplibre-gl-worker.mjs?url'
import 'maplibre-gl/dist/maplibre-gl.css'
import type { Box, Geometry, LonLat } from '../api/types'
import type { Place, Selection } from '../state/address'
import type { Flight } from '../state/view'
import { anchorOf, outsideOf } from './anchor'
import { camera } from './camera'
import type { Pen, PenReports } from './draw/pen'
import type { Pointer } from './scan/pointer'
import { RoundLayer } from './round'
import { pick, type Candidate, type Picked } from './pick'
import { symbolPixels } from './pictograms'
import { levelLayers, mapStyle, pickable, styleLayersOf } from './style'
import { Rasters, type Raster } from './underlays'

setWorkerUrl(workerUrl)

export interface Reports {
  moved(place: Place, box: Box): void
  pointer(at: LonLat | null): void
  /** `under`: all that lies there, whatever is selected of it */
  picked(picked: Picked, pixel: [number, number], at: LonLat, under: readonly Candidate[]): void
  /** the map stands for the first time */
  drawn(): void
  /** whether tiles fail to arrive */
  trouble(failing: boolean): void
}

export interface SheetOptions {
  tiles: string
  hidden: readonly string[]
  start: Flight | null
  label: string
  reports: Reports
}

const HIT = 6
const MAX_ZOOM = 20
const TILE_ZOOM = 14
/** from so many geometries on, a comparison is drawn thin */
const MANY = 24
const still = () => matchMedia('(prefers-reduced-motion: reduce)').matches
const ratio = () => Math.min(3, Math.max(2, Math.ceil(devicePixelRatio)))

function collection(geometries: readonly Geometry[], properties: Record<string, unknown> = {}) {
  return {
    type: 'FeatureCollection' as const,
    features: geometries.map((geometry) => ({ type: 'Feature' as const, geometry: geometry as never, properties })),
  }
}

/** A map in an element. Call `close` when the element goes. */
export class Sheet {
  private readonly map: Drawn
  private readonly reports: Reports
  private tiles: string
  private ready: Promise<void>
  private failures = 0
  private selected: Selection | null = null
  /** whether the pointer belongs to a pen now */
  private lent = false
  private readonly rasters: Rasters
  readonly round: RoundLayer

  constructor(container: HTMLElement, options: SheetOptions) {
    this.reports = options.reports
    this.tiles = options.tiles
    this.map = new Drawn({
      container,
      style: mapStyle(options.tiles, options.hidden),
      ...camera(options.start),
      minZoom: 2,
      maxZoom: MAX_ZOOM,
      maxPitch: 0,
      dragRotate: false,
      pitchWithRotate: false,
      attributionControl: false,
      renderWorldCopies: false,
      // tiles end at 14; cut into smaller ones, an area would be named once in every piece
      zoomLevelsToOverscale: MAX_ZOOM - TILE_ZOOM,
      fadeDuration: still() ? 0 : 150,
      localIdeographFontFamily: '"PingFang SC","Microsoft YaHei","Noto Sans CJK SC",sans-serif',
      refreshExpiredTiles: false,
    })
    this.rasters = new Rasters(this.map)
    this.map.touchZoomRotate.disableRotation()
    this.map.keyboard.disableRotation()
    this.map.addControl(new ScaleControl({ maxWidth: 110, unit: 'metric' }), 'bottom-left')
    this.map.getCanvas().setAttribute('aria-label', options.label)
    this.ready = new Promise((resolve) => {
      this.map.once('style.load', () => { resolve() })
    })
    this.round = new RoundLayer(this.map, this.ready)
    this.listen()
  }

  private listen(): void {
    const map = this.map
    map.setMissingStyleImageResolver((id) => {
      const pixels = symbolPixels(id, ratio())
      if (pixels) map.addImage(id, pixels, { pixelRatio: ratio() })
    })
    map.on('moveend', () => { this.tellPlace() })
    void this.ready.then(() => { this.tellPlace() })
    map.once('load', () => { this.reports.drawn() })
    map.on('mousemove', (event) => { this.reports.pointer(pair(event.lngLat)) })
    map.on('mouseout', () => { this.reports.pointer(null) })
    map.on('click', (event) => { if (!this.lent) this.inspect([event.point.x, event.point.y], pair(event.lngLat)) })
    map.on('mousemove', (event) => {
      if (this.lent) return
      const sharp = this.under([event.point.x, event.point.y]).some((found) => found.hit !== 'area')
      map.getCanvas().style.cursor = sharp ? 'pointer' : ''
    })
    map.on('error', () => {
      this.failures += 1
      if (this.failures === 3) this.reports.trouble(true)
    })
    map.on('idle', () => {
      if (this.failures > 0 && map.areTilesLoaded()) {
        this.failures = 0
        this.reports.trouble(false)
      }
    })
    map.getCanvas().addEventListener('keydown', (event) => {
      if (event.key !== 'Enter' || this.lent) return
      const { clientWidth, clientHeight } = map.getContainer()
      this.inspect([clientWidth / 2, clientHeight / 2], pair(map.getCenter()))
    })
    window.addEventListener('beforeprint', this.redraw)
  }

  private readonly redraw = (): void => {
    this.map.resize()
    this.map.redraw()
  }

  private tellPlace(): void {
    const centre = this.map.getCenter()
    const bounds = this.map.getBounds()
    this.reports.moved({ lon: centre.lng, lat: centre.lat, zoom: this.map.getZoom() }, [
      bounds.getWest(),
      bounds.getSouth(),
      bounds.getEast(),
      bounds.getNorth(),
    ])
  }

  private under([x, y]: [number, number]): Candidate[] {
    if (!this.map.isStyleLoaded()) return []
    const ids = [...pickable.keys()].filter((id) => this.map.getLayer(id))
    const sharp = ids.filter((id) => pickable.get(id)?.hit !== 'area')
    const areas = ids.filter((id) => pickable.get(id)?.hit === 'area')
    const found = [
      ...this.map.queryRenderedFeatures([[x - HIT, y - HIT], [x + HIT, y + HIT]], { layers: sharp }),
      ...this.map.queryRenderedFeatures([x, y], { layers: areas }),
    ]
    return found.flatMap((feature): Candidate[] => {
      const way = pickable.get(feature.layer.id)
      const properties = feature.properties as Record<string, unknown>
      const id = properties['id']
      if (!way || typeof id !== 'string') return []
      const word = (key: string) => (typeof properties[key] === 'string' ? properties[key] : null)
      return [{ layer: way.layer, id, label: word('label') ?? word('plate_no'), hit: way.hit, level: word('level') }]
    })
  }

  private inspect(pixel: [number, number], at: LonLat): void {
    const under = this.under(pixel)
    this.reports.picked(pick(under, this.map.getZoom()), pixel, at, under)
  }

  /** Tiles of another revision or day; the old ones stay until the new ones are there. */
  setTiles(tiles: string): void {
    if (tiles === this.tiles) return
    this.tiles = tiles
    void this.ready.then(() => {
      this.map.getSource<VectorTileSource>('register')?.setTiles([this.tiles])
    })
  }

  setHidden(hidden: readonly string[], all: readonly string[]): void {
    void this.ready.then(() => {
      for (const name of all) {
        for (const id of styleLayersOf(name)) {
          this.map.setLayoutProperty(id, 'visibility', hidden.includes(name) ? 'none' : 'visible')
        }
      }
    })
  }

  goTo(flight: Flight): void {
    const how = { animate: !still(), duration: 700 }
    if ('box' in flight) this.map.fitBounds(flight.box, { padding: 40, maxZoom: 16.5, ...how })
    else this.map.easeTo({ center: flight.at, zoom: flight.zoom, ...how })
  }

  readonly jumpTo = ({ lon, lat, zoom }: Place): void => void this.map.jumpTo({ center: [lon, lat], zoom })
  zoomBy(step: number): void {
    this.map.easeTo({ zoom: Math.round(this.map.getZoom()) + step, animate: !still(), duration: 250 })
  }

  private put(source: string, geometries: readonly Geometry[], properties?: Record<string, unknown>): void {
    void this.ready.then(() => {
      this.map.getSource<GeoJSONSource>(source)?.setData(collection(geometries, properties))
    })
  }

  /** Tells the drawn layers which thing is selected, so that its own small name gives way to the large one. */
  private mark(next: Selection | null): void {
    const last = this.selected
    this.selected = next
    void this.ready.then(() => {
      // the names of divisions are points of their own
      const own = ({ layer, id }: Selection) =>
        [layer, ...(layer === 'division' ? ['division_label'] : [])].map((sourceLayer) => ({ source: 'register', sourceLayer, id }))
      if (last) for (const feature of own(last)) this.map.removeFeatureState(feature)
      if (next) for (const feature of own(next)) this.map.setFeatureState(feature, { selected: true })
    })
  }

  showSelection(selection: Selection | null, geometry: Geometry | null, label: string | null): void {
    this.mark(geometry ? selection : null)
    this.put('selection', geometry ? [geometry] : [])
    const anchor = geometry ? anchorOf(geometry) : null
    const kind = geometry?.type.includes('Point') ? 'point' : 'other'
    this.put('selection-name', anchor && label ? [{ type: 'Point', coordinates: anchor }] : [], { label: label ?? '', kind })
  }

  showComparison(before: readonly Geometry[], after: readonly Geometry[]): void {
    const many = before.length + after.length > MANY
    this.put('before', before)
    this.put('after', after, { many })
  }

  /** Draws something of one's own over the register, once the map stands. */
  lay(draw: (map: Drawn) => void): void {
    void this.ready.then(() => { draw(this.map) })
  }

  /** The working district; `edge`: the register ends with its counties, so the outline of the province is no border. */
  showDistrict(geometry: Geometry | null, edge = false): void {
    this.put('district', geometry ? [geometry] : [])
    const outside = geometry ? outsideOf(geometry) : null
    this.put('outside', outside ? [outside] : [])
    void this.ready.then(() => {
      this.map.setFilter('border-province', ['==', ['get', 'level'], edge ? 'none' : 'province'])
      this.map.setFilter('sheet-edge', ['==', ['get', 'level'], edge ? 'province' : 'none'])
    })
  }

  /** Borders and names of these levels of division are drawn at every zoom, those of others from their own on. */
  showLevels(levels: readonly string[]): void {
    void this.ready.then(() => {
      for (const { id, level, minzoom, maxzoom } of levelLayers) {
        this.map.setLayerZoomRange(id, levels.includes(level) ? 0 : minzoom, maxzoom)
      }
    })
  }

  /** Lends the map until what is made of it is closed. Its code is loaded when it is first asked for. */
  async lend<Made>(load: () => Promise<(map: Drawn, done: () => void) => Made>): Promise<Made> {
    const [make] = await Promise.all([load(), this.ready])
    this.lent = true
    return make(this.map, () => { this.lent = false })
  }

  /** For drawing. */
  readonly pen = (reports: PenReports): Promise<Pen> => this.lend(async () => {
    const { Pen: Made } = await import('./draw/pen')
    return (map, done) => new Made(map, reports, done)
  })

  /** For pointing at places. */
  readonly point = (told: (at: LonLat) => void): Promise<Pointer> => this.lend(async () => {
    const { Pointer: Made } = await import('./scan/pointer')
    return (map, done) => new Made(map, told, done)
  })

  get zoom(): number { return this.map.getZoom() }

  /** Pictures and maps under the data, the lowest first. */
  showUnderlays(wanted: readonly Raster[]): void {
    void this.ready.then(() => { this.rasters.show(wanted) })
  }

  relabel(label: string): void {
    this.map.getCanvas().setAttribute('aria-label', label)
  }

  close(): void {
    window.removeEventListener('beforeprint', this.redraw)
    this.map.remove()
  }
}

const pair = (at: LngLat): LonLat => [at.lng, at.lat]
