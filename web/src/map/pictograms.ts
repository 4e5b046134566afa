// Symbols for the map and its legend, drawn on a canvas from tiles/sprites: no image is fetched and none
// needs more than our own origin. Markers are square stones, their condition shown by form, never by
// colour alone; facilities are signs with a pictogram, planned ones hollow.
import facility from '../../../tiles/sprites/facility.json'
import { tokens } from '../look/tokens'
import { drawDot, drawGate, drawMarker, drawPlate } from './stones'

const sources = import.meta.glob('../../../tiles/sprites/*.svg', { query: '?raw', import: 'default', eager: true })

interface Stroke {
  path: Path2D
  width: number | null
}

const cut = new Map<string, Stroke[]>()

function strokesOf(sprite: string): Stroke[] {
  const known = cut.get(sprite)
  if (known) return known
  const text = sources[`../../../tiles/sprites/${sprite}.svg`]
  const strokes: Stroke[] = []
  if (typeof text === 'string') {
    for (const node of new DOMParser().parseFromString(text, 'image/svg+xml').querySelectorAll('path')) {
      const width = node.getAttribute('stroke-width')
      strokes.push({ path: new Path2D(node.getAttribute('d') ?? ''), width: width ? Number(width) : null })
    }
  }
  cut.set(sprite, strokes)
  return strokes
}

type Pen = CanvasRenderingContext2D

function drawPictogram(pen: Pen, sprite: string, x: number, y: number, size: number, colour: string): void {
  pen.save()
  pen.translate(x, y)
  pen.scale(size / 24, size / 24)
  pen.fillStyle = pen.strokeStyle = colour
  pen.lineCap = pen.lineJoin = 'round'
  for (const { path, width } of strokesOf(sprite)) {
    if (width === null) pen.fill(path, 'evenodd')
    else {
      pen.lineWidth = width
      pen.stroke(path)
    }
  }
  pen.restore()
}

const kinds = facility.kinds as Record<string, { sprite: string; class: string } | undefined>
const classes = facility.classes as Record<string, string | undefined>

function drawFacility(pen: Pen, kind: string, state: '' | 'planned' | 'closed'): void {
  const entry = kinds[kind] ?? { sprite: 'other', class: 'utility' }
  const colour = state === 'closed' ? tokens.colour.ink3 : (classes[entry.class] ?? tokens.colour.ink2)
  const hollow = state !== ''
  pen.beginPath()
  pen.roundRect?.(2, 2, 22, 22, 5)
  if (!pen.roundRect) pen.rect(2, 2, 22, 22)
  pen.fillStyle = hollow ? tokens.map.halo : colour
  pen.fill()
  pen.lineWidth = 1.6
  pen.strokeStyle = hollow ? colour : tokens.map.halo
  if (state === 'planned') pen.setLineDash([3, 1.6])
  pen.stroke()
  pen.setLineDash([])
  drawPictogram(pen, entry.sprite, 5.5, 5.5, 15, hollow ? colour : '#ffffff')
  if (state === 'closed') {
    pen.beginPath()
    pen.moveTo(5, 21)
    pen.lineTo(21, 5)
    pen.stroke()
  }
}

/** Width and height of every symbol in CSS pixels. */
export const SYMBOL = 26

/** Draws the symbol of a name such as `facility-market-planned`, `marker-double-lost`, `gate-foot`; false if unknown. */
export function drawSymbol(pen: Pen, name: string): boolean {
  const [family = '', ...rest] = name.split('-')
  if (family === 'facility') {
    const last = rest.at(-1)
    const state = last === 'planned' || last === 'closed' ? last : ''
    drawFacility(pen, rest[0] ?? 'other', state)
  } else if (family === 'marker') drawMarker(pen, rest[0] ?? 'single', rest[1] ?? 'unknown')
  else if (family === 'gate') drawGate(pen, rest[0] ?? 'open')
  else if (family === 'sign') drawPlate(pen, rest[0] ?? 'other')
  else if (name === 'place-dot') drawDot(pen)
  else return false
  return true
}

/** A symbol as pixels for the map at a ratio of device pixels. */
export function symbolPixels(name: string, ratio: number): ImageData | null {
  const side = Math.ceil(SYMBOL * ratio)
  const canvas = document.createElement('canvas')
  canvas.width = canvas.height = side
  // read back at once: on a graphics card that would wait for all it has to do
  const pen = canvas.getContext('2d', { willReadFrequently: true })
  if (!pen) return null
  pen.scale(ratio, ratio)
  return drawSymbol(pen, name) ? pen.getImageData(0, 0, side, side) : null
}
