// Rasters under the drawn data: kept in step with what is wanted. They lie over the plain land and under
// everything else; areas that would cover them are drawn thin while one is there.
import type { Map as Drawn } from 'maplibre-gl'
import type { Underlay } from '../state/underlays'

/** The lowest layer that lies over the rasters. */
const ABOVE = 'area-closed'
/** Areas that would cover a raster, and how strong they are over one. */
const COVERING: Readonly<Record<string, number>> = {
  'area-closed': 0.15, 'area-green': 0.15, 'water-area': 0.25, 'compound-fill': 0.2, building: 0.3, 'district-outside': 0.15,
}
const PREFIX = 'underlay-'
const STRONGEST = 100

/** One raster as it is to be drawn. */
export type Raster = Underlay & { opacity: number }

/** Draws the rasters of a map. */
export class Rasters {
  private readonly usual = new Map<string, unknown>()

  constructor(private readonly map: Drawn) {}

  show(wanted: readonly Raster[]): void {
    this.thin(wanted.length > 0)
    const ids = new Set(wanted.map(({ id }) => PREFIX + id))
    for (const id of Object.keys(this.map.getStyle().sources)) {
      if (!id.startsWith(PREFIX) || ids.has(id)) continue
      this.map.removeLayer(id)
      this.map.removeSource(id)
    }
    for (const raster of wanted) this.put(raster)
    // the last is the highest
    const above = this.map.getLayer(ABOVE) ? ABOVE : undefined
    for (const { id } of wanted) this.map.moveLayer(PREFIX + id, above)
  }

  private put(raster: Raster): void {
    const id = PREFIX + raster.id
    const opacity = raster.opacity / STRONGEST
    if (this.map.getSource(id)) {
      this.map.setPaintProperty(id, 'raster-opacity', opacity)
      return
    }
    const [minzoom, maxzoom] = raster.zooms
    const bounds = raster.bounds ? { bounds: raster.bounds } : {}
    this.map.addSource(id, { type: 'raster', tiles: raster.tiles, tileSize: 256, minzoom, maxzoom, ...bounds })
    const before = this.map.getLayer(ABOVE) ? ABOVE : undefined
    this.map.addLayer({ id, type: 'raster', source: id, paint: { 'raster-opacity': opacity, 'raster-fade-duration': 0 } }, before)
  }

  private thin(thin: boolean): void {
    for (const [id, opacity] of Object.entries(COVERING)) {
      if (!this.map.getLayer(id)) continue
      if (!this.usual.has(id)) this.usual.set(id, this.map.getPaintProperty(id, 'fill-opacity'))
      this.map.setPaintProperty(id, 'fill-opacity', thin ? opacity : (this.usual.get(id) as never))
    }
  }
}
