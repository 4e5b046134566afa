// The ground of a plan on the map: units tinted by zone, borders between zones bold, what is locked cut across; who moves
// is hatched, with today's limits dashed; strokes of the pointer over units are told.
import type { GeoJSONSource, LayerSpecification, Map as Drawn, MapLayerMouseEvent } from 'maplibre-gl'
import type { Geometry } from '../../api/types'
import type { Units } from '../../api/zoning'
import { tokens } from '../../look/tokens'
import { tints, type Sheet } from '../../zoning/paint'
import { anchorOf } from '../anchor'
import { hatch } from './hatch'
import { TINTED } from './tints'

const [UNITS, BORDERS, NAMES, HATCHED] = ['zoning', 'zoning-borders', 'zoning-names', 'zoning-hatched'] as const
const SOURCES = [UNITS, BORDERS, NAMES, HATCHED] as const
const IMAGES = { 'zoning-moving': ['ink', 1.3], 'zoning-marked': ['red', 1.6] } as const
const { colour } = tokens
const state = (name: string) => ['feature-state', name]
const tinted = ['match', ['to-number', state('tint'), -1], ...TINTED.flatMap((tint, at) => [at, tint]), '#ffffff'] as never
const FONT = ['Noto Sans CJK SC', 'PingFang SC', 'Microsoft YaHei', 'sans-serif']

const LAYERS: LayerSpecification[] = [
  { id: 'zoning-fill', type: 'fill', source: UNITS, paint: { 'fill-color': tinted, 'fill-opacity': ['case', ['boolean', state('pale'), false], 0.16, ['boolean', state('chosen'), false], 0.82, 0.55] as never } },
  { id: 'zoning-hatch', type: 'fill', source: HATCHED, paint: { 'fill-pattern': ['match', ['get', 'as'], 'marked', 'zoning-marked', 'zoning-moving'] as never, 'fill-opacity': ['match', ['get', 'as'], 'faint', 0.3, 0.75] as never } },
  { id: 'zoning-edge', type: 'line', source: UNITS, paint: { 'line-color': colour.ink2, 'line-width': 0.5, 'line-opacity': 0.5 } },
  { id: 'zoning-locked', type: 'line', source: UNITS, paint: { 'line-color': colour.ink, 'line-width': 2.4, 'line-dasharray': [1.2, 1], 'line-opacity': ['case', ['boolean', state('locked'), false], 1, 0] as never } },
  { id: 'zoning-hatch-edge', type: 'line', source: HATCHED, layout: { 'line-join': 'round' }, paint: { 'line-color': ['match', ['get', 'as'], 'marked', colour.red, colour.ink] as never, 'line-width': ['match', ['get', 'as'], 'marked', 2.4, 'strong', 2, 1] as never, 'line-opacity': ['match', ['get', 'as'], 'faint', 0.4, 1] as never } },
  { id: 'zoning-cut-halo', type: 'line', source: BORDERS, layout: { 'line-join': 'round', 'line-cap': 'round' }, paint: { 'line-color': '#ffffff', 'line-width': 5.5, 'line-opacity': ['case', ['boolean', state('cut'), false], 0.9, 0] as never } },
  { id: 'zoning-cut', type: 'line', source: BORDERS, layout: { 'line-join': 'round', 'line-cap': 'round' }, paint: { 'line-color': colour.ink, 'line-width': 2.6, 'line-opacity': ['case', ['boolean', state('cut'), false], 1, 0] as never } },
  { id: 'zoning-was', type: 'line', source: BORDERS, layout: { 'line-join': 'round' }, paint: { 'line-color': colour.red, 'line-width': 2, 'line-dasharray': [2.5, 2], 'line-opacity': ['case', ['boolean', state('was'), false], 1, 0] as never } },
  {
    id: 'zoning-name', type: 'symbol', source: NAMES,
    layout: { 'text-field': ['get', 'text'], 'text-font': FONT, 'text-size': 13, 'text-padding': 1, 'symbol-sort-key': ['case', ['get', 'out'], 0, 1] as never, 'text-line-height': 1.25 },
    paint: { 'text-color': ['case', ['get', 'out'], colour.red, colour.ink] as never, 'text-halo-color': '#ffffff', 'text-halo-width': 1.8 },
  },
]

/** Layers of the style that would stand between the reader and the plan: signs and stones, and today's names. */
const ASIDE: readonly string[] = ['facility', 'sign', 'door_plate', 'boundary_marker', 'place']
const ASIDE_IDS: readonly string[] = ['label-community', 'label-township']

/** What stands on a zone, or on the largest of some units. */
export interface ZoneName {
  zone: number
  text: string
  /** its households are not within the band */
  out: boolean
  units?: readonly number[]
}

/** What is hatched: those that move (one flow of them strong, the rest faint then), or what a proof names. */
export interface Hatched {
  units: readonly number[]
  as: 'moving' | 'strong' | 'faint' | 'marked'
}

/** What is drawn beside the division itself. */
export interface Beside {
  hatched: readonly Hatched[]
  /** borders of today's limits, by number; none where they are not asked for */
  was: readonly number[]
  /** tints step back behind the hatching */
  pale: boolean
}

export class ZoneCanvas {
  private units: Units | null = null
  private sheet: Sheet | null = null
  private drawn = new Map<number, { tint: number; locked: boolean; chosen: boolean; pale: boolean }>()
  private was: readonly number[] = []
  private cut = new Set<number>()
  private over: number[] | null = null
  private painting = false
  private readonly hidden: string[]

  /** `stroked` hears the units of a stroke, or the one that was clicked. */
  constructor(private readonly map: Drawn, private readonly stroked: (units: number[]) => void, private readonly done: () => void) {
    const ratio = Math.min(3, Math.max(1, Math.round(devicePixelRatio)))
    for (const [id, [ink, width]] of Object.entries(IMAGES)) {
      const pixels = hatch(ratio, colour[ink], width)
      if (pixels && !map.hasImage(id)) map.addImage(id, pixels, { pixelRatio: ratio })
    }
    for (const id of SOURCES) map.addSource(id, { type: 'geojson', data: { type: 'FeatureCollection', features: [] } })
    for (const layer of LAYERS) map.addLayer(layer)
    this.hidden = map.getStyle().layers.filter((one) => (ASIDE_IDS.includes(one.id) || ('source-layer' in one && ASIDE.includes(one['source-layer'] ?? ''))) && one.layout?.visibility !== 'none').map(({ id }) => id)
    for (const id of this.hidden) map.setLayoutProperty(id, 'visibility', 'none')
    map.on('mousedown', 'zoning-fill', this.down)
    map.on('mousemove', 'zoning-fill', this.move)
    map.on('mouseup', this.up)
    map.on('click', 'zoning-fill', this.click)
    map.getCanvas().addEventListener('keydown', this.key)
  }

  /** With a brush in hand a drag paints; without one it moves the map. */
  hold(brush: boolean): void {
    this.painting = brush
    this.map.getCanvas().style.cursor = brush ? 'crosshair' : ''
  }

  private readonly down = (event: MapLayerMouseEvent): void => {
    if (!this.painting || event.originalEvent.button !== 0) return
    event.preventDefault() // the map stays where it is
    this.over = []
    this.move(event)
  }
  private readonly move = (event: MapLayerMouseEvent): void => {
    const unit = event.features?.[0]?.id
    if (!this.over || typeof unit !== 'number' || this.over.includes(unit)) return
    this.over.push(unit)
    this.map.setFeatureState({ source: UNITS, id: unit }, { chosen: true })
  }
  private readonly up = (): void => {
    const units = this.over
    this.over = null
    if (!units) return
    for (const unit of units) this.map.setFeatureState({ source: UNITS, id: unit }, { chosen: this.drawn.get(unit)?.chosen ?? false })
    if (units.length > 0) this.stroked(units)
  }
  private readonly click = (event: MapLayerMouseEvent): void => {
    const unit = event.features?.[0]?.id
    if (!this.painting && typeof unit === 'number') this.stroked([unit])
  }
  /** Enter means the unit in the middle of the map. */
  private readonly key = (event: KeyboardEvent): void => {
    if (event.key !== 'Enter') return
    const { clientWidth, clientHeight } = this.map.getContainer()
    const unit = this.map.queryRenderedFeatures([clientWidth / 2, clientHeight / 2], { layers: ['zoning-fill'] })[0]?.id
    if (typeof unit === 'number') this.stroked([unit])
  }

  show(units: Units, sheet: Sheet, chosen: number | null, names: readonly ZoneName[], { hatched, was, pale }: Beside): void {
    if (units !== this.units) {
      this.units = units
      this.drawn = new Map()
      this.cut = new Set()
      this.was = []
      this.map.getSource<GeoJSONSource>(UNITS)?.setData({ type: 'FeatureCollection', features: units.features.map(({ id, geometry }) => ({ type: 'Feature', id, geometry: geometry as never, properties: {} })) })
      this.map.getSource<GeoJSONSource>(BORDERS)?.setData({ type: 'FeatureCollection', features: units.borders.features.map(({ geometry }, id) => ({ type: 'Feature', id, geometry: geometry as never, properties: {} })) })
      for (const source of [UNITS, BORDERS]) this.map.removeFeatureState({ source })
    }
    this.sheet = sheet
    const pairs = units.borders.features.map(({ properties }) => properties)
    const tint = tints(sheet.assignment, pairs)
    const bright = new Set(pale ? hatched.filter(({ as }) => as !== 'faint').flatMap((one) => one.units) : [])
    for (const { id } of units.features) {
      const zone = sheet.assignment[id] ?? null
      const next = { tint: zone === null ? -1 : (tint.get(zone) ?? -1), locked: sheet.locked.has(id), chosen: zone !== null && zone === chosen, pale: pale && !bright.has(id) }
      const last = this.drawn.get(id)
      if (last && last.tint === next.tint && last.locked === next.locked && last.chosen === next.chosen && last.pale === next.pale) continue
      this.drawn.set(id, next)
      this.map.setFeatureState({ source: UNITS, id }, next)
    }
    for (const [id, { a, b }] of pairs.entries()) {
      const cut = (sheet.assignment[a] ?? null) !== (sheet.assignment[b] ?? null)
      if (cut === this.cut.has(id)) continue
      if (cut) this.cut.add(id)
      else this.cut.delete(id)
      this.map.setFeatureState({ source: BORDERS, id }, { cut })
    }
    if (was !== this.was) {
      for (const id of this.was) this.map.setFeatureState({ source: BORDERS, id }, { was: false })
      for (const id of was) this.map.setFeatureState({ source: BORDERS, id }, { was: true })
      this.was = was
    }
    const shape = (unit: number) => units.features[unit]?.geometry
    this.map.getSource<GeoJSONSource>(HATCHED)?.setData({ type: 'FeatureCollection', features: hatched.flatMap((one) => one.units.flatMap((unit) => (shape(unit) ? [{ type: 'Feature' as const, geometry: shape(unit) as never, properties: { as: one.as } }] : []))) })
    this.map.getSource<GeoJSONSource>(NAMES)?.setData({ type: 'FeatureCollection', features: names.flatMap((name) => this.placed(name)) })
  }

  /** Words stand in the largest unit of theirs. */
  private placed({ zone, text, out, units }: ZoneName) {
    let best: { area: number; geometry: Geometry } | null = null
    for (const { id, properties, geometry } of this.units?.features ?? []) {
      if ((units ? units.includes(id) : this.sheet?.assignment[id] === zone) && properties.area_m2 > (best?.area ?? -1)) best = { area: properties.area_m2, geometry }
    }
    const at = best ? anchorOf(best.geometry) : null
    return at ? [{ type: 'Feature' as const, geometry: { type: 'Point' as const, coordinates: at }, properties: { text, out } }] : []
  }

  close(): void {
    const { map } = this
    map.off('mousedown', 'zoning-fill', this.down)
    map.off('mousemove', 'zoning-fill', this.move)
    map.off('mouseup', this.up)
    map.off('click', 'zoning-fill', this.click)
    map.getCanvas().removeEventListener('keydown', this.key)
    map.getCanvas().style.cursor = ''
    for (const id of this.hidden) map.setLayoutProperty(id, 'visibility', 'visible')
    for (const { id } of LAYERS) map.removeLayer(id)
    for (const id of SOURCES) map.removeSource(id)
    for (const id of Object.keys(IMAGES)) if (map.hasImage(id)) map.removeImage(id)
    this.done()
  }
}
