// The pen: Terra Draw told what to draw, telling where it was pointed, clicked and dragged. What a drawing is
// and how it changes is ours (edit.ts): Terra Draw's own modes know no holes, no parts and no other map's lines.
import type { Map as Drawn } from 'maplibre-gl'
import { TerraDraw, TerraDrawExtend, type TerraDrawAdapterStyling, type TerraDrawMouseEvent } from 'terra-draw'
import { TerraDrawMapLibreGLAdapter } from 'terra-draw-maplibre-gl-adapter'
import type { Box, LonLat } from '../../api/types'
import { tokens } from '../../look/tokens'
import { levelRank } from '../pick'
import { borderLayers, pickable } from '../style'
import type { Thing } from './guides'
import type { Mark, Role } from './marks'
import type { Path } from './shape'

export interface PenReports {
  hover(at: LonLat): void
  click(at: LonLat): void
  /** whether something there could be taken hold of */
  within(at: LonLat): boolean
  /** whether something is taken hold of there; else the map is dragged */
  grab(at: LonLat): boolean
  drag(at: LonLat): void
  release(at: LonLat): void
  /** the map shows another place now */
  moved(): void
}

const MODE = 'boundstone'
/** as many things as one can be caught by at once */
const MOST_THINGS = 12
const { colour } = tokens
type Hex = `#${string}`
const hex = (text: string) => text as Hex
const POINTS: Partial<Record<Role, { fill: string; edge: string; radius: number; width: number }>> = {
  point: { fill: colour.accent, edge: colour.onAccent, radius: 8, width: 2.5 },
  vertex: { fill: colour.panel, edge: colour.accent, radius: 5, width: 2 },
  chosen: { fill: colour.select, edge: colour.onAccent, radius: 7, width: 2.5 },
  middle: { fill: colour.accentSoft, edge: colour.accent, radius: 3.5, width: 1.2 },
  snap: { fill: colour.amberSoft, edge: colour.select, radius: 8, width: 2.5 },
}
const ORDER: readonly Role[] = ['area', 'line', 'rubber', 'middle', 'vertex', 'point', 'snap', 'chosen']

function styleOf(role: Role): TerraDrawAdapterStyling {
  const point = POINTS[role] ?? { fill: colour.accent, edge: colour.onAccent, radius: 5, width: 1 }
  const rubber = role === 'rubber'
  return {
    pointColor: hex(point.fill), pointOutlineColor: hex(point.edge), pointWidth: point.radius, pointOutlineWidth: point.width, pointOpacity: role === 'snap' ? 0.5 : 1, pointOutlineOpacity: 1,
    polygonFillColor: hex(colour.accent), polygonFillOpacity: 0.16, polygonOutlineColor: hex(colour.accent), polygonOutlineWidth: 2.6, polygonOutlineOpacity: 1,
    lineStringColor: hex(colour.accent), lineStringWidth: rubber ? 1.8 : 2.8, lineStringOpacity: 1,
    // an unbroken line needs a dash too: MapLibre draws nothing where the adapter gives it none
    lineStringDash: rubber ? [6, 4] : [8, 0],
    zIndex: ORDER.indexOf(role),
  }
}

/** Terra Draw's way of being told: pointer events out, marks in. */
class MarksMode extends TerraDrawExtend.TerraDrawBaseDrawMode<TerraDrawExtend.CustomStyling> {
  override mode = MODE
  private readonly reports: PenReports
  private holding = false
  private drawn: TerraDrawExtend.FeatureId[] = []

  constructor(reports: PenReports) {
    super({})
    this.reports = reports
  }
  start(): void {
    this.setStarted()
    this.setDoubleClickToZoom(false)
    this.setCursor('crosshair')
  }
  stop(): void {
    this.cleanUp()
    this.setStopped()
    this.setDoubleClickToZoom(true)
    this.setCursor('unset')
  }
  cleanUp(): void {
    this.show([])
  }
  styleFeature(feature: { properties: Record<string, unknown> }): TerraDrawAdapterStyling {
    return styleOf(feature.properties['role'] as Role)
  }
  show(marks: readonly Mark[]): void {
    const gone = this.drawn
    this.drawn = this.store.create(marks.map((mark) => ({ geometry: geometryOf(mark), properties: { mode: MODE, role: mark.role } })))
    if (gone.length > 0) this.store.delete(gone)
  }
  point(cursor: 'crosshair' | 'grab' | 'grabbing' | 'pointer'): void {
    this.setCursor(cursor)
  }
  override onMouseMove(event: TerraDrawMouseEvent): void {
    this.reports.hover([event.lng, event.lat])
  }
  override onClick(event: TerraDrawMouseEvent): void {
    if (event.button !== 'right') this.reports.click([event.lng, event.lat])
  }
  override onDragStart(event: TerraDrawMouseEvent, draggable: (enabled: boolean) => void): void {
    this.holding = this.reports.grab([event.lng, event.lat])
    if (this.holding) draggable(false)
  }
  override onDrag(event: TerraDrawMouseEvent): void {
    if (this.holding) this.reports.drag([event.lng, event.lat])
  }
  override onDragEnd(event: TerraDrawMouseEvent, draggable: (enabled: boolean) => void): void {
    if (!this.holding) return
    this.holding = false
    draggable(true)
    this.reports.release([event.lng, event.lat])
  }
}

function geometryOf(mark: Mark) {
  const copy = (path: Path) => path.map((at) => [...at])
  if ('point' in mark) return { type: 'Point' as const, coordinates: [...mark.point] }
  if ('line' in mark) return { type: 'LineString' as const, coordinates: copy(mark.line) }
  return { type: 'Polygon' as const, coordinates: mark.rings.map((ring) => copy([...ring, ...ring.slice(0, 1)])) }
}

/** A pen on a map. Call `close` when the drawing is over. */
export class Pen {
  private readonly map: Drawn
  private readonly draw: TerraDraw
  private readonly mode: MarksMode
  private readonly moved: () => void
  private readonly returned: () => void
  private readonly pressed: (event: PointerEvent) => void

  constructor(map: Drawn, reports: PenReports, returned: () => void) {
    this.map = map
    this.returned = returned
    this.mode = new MarksMode(reports)
    this.draw = new TerraDraw({ adapter: new TerraDrawMapLibreGLAdapter({ map, minPixelDragDistance: 4, prefixId: 'pen' }), modes: [this.mode] })
    this.draw.start()
    this.draw.setMode(MODE)
    this.moved = () => { reports.moved() }
    map.on('moveend', this.moved)
    // else the map follows the first pixels of a drag, before Terra Draw knows that it is one
    this.pressed = (event) => {
      const { left, top } = map.getContainer().getBoundingClientRect()
      const { lng, lat } = map.unproject([event.clientX - left, event.clientY - top])
      if (reports.within([lng, lat])) map.dragPan.disable()
    }
    map.getCanvas().addEventListener('pointerdown', this.pressed, true)
  }
  show(marks: readonly Mark[]): void {
    this.mode.show(marks)
  }
  cursor(kind: 'crosshair' | 'grab' | 'grabbing' | 'pointer'): void {
    this.mode.point(kind)
  }
  get zoom(): number {
    return this.map.getZoom()
  }
  get centre(): LonLat {
    const { lng, lat } = this.map.getCenter()
    return [lng, lat]
  }
  get view(): Box {
    const bounds = this.map.getBounds()
    return [bounds.getWest(), bounds.getSouth(), bounds.getEast(), bounds.getNorth()]
  }
  focus(): void {
    this.map.getCanvas().focus({ preventScroll: true })
  }

  /**
   * The things drawn within so many pixels of a place. Divisions only where a border is: of those, the lowest
   * level, whose outline has the vertices of all above it.
   */
  near(at: LonLat, pixels: number): Thing[] {
    const { x, y } = this.map.project(at)
    const box: [[number, number], [number, number]] = [[x - pixels, y - pixels], [x + pixels, y + pixels]]
    const shown = (ids: readonly string[]) => ids.filter((id) => this.map.getLayer(id))
    const found = new Map<string, Thing & { rank: number }>()
    for (const feature of this.map.queryRenderedFeatures(box, { layers: shown([...pickable.keys()]) })) {
      const layer = pickable.get(feature.layer.id)?.layer
      const { id, level } = feature.properties as Record<string, unknown>
      if (layer && typeof id === 'string') found.set(`${layer}/${id}`, { layer, id, rank: layer === 'division' ? levelRank(level) : -1 })
    }
    const things = [...found.values()]
    const lowest = Math.max(...things.map(({ rank }) => rank))
    const onBorder = lowest >= 0 && this.map.queryRenderedFeatures(box, { layers: shown(borderLayers) }).length > 0
    return things.filter(({ rank }) => rank < 0 || (onBorder && rank === lowest)).slice(0, MOST_THINGS)
  }
  close(): void {
    this.map.off('moveend', this.moved)
    this.map.getCanvas().removeEventListener('pointerdown', this.pressed, true)
    this.map.dragPan.enable()
    this.draw.stop()
    this.returned()
  }
}
