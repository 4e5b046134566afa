// Hatching, for what colour alone must not say: slanted strokes on nothing, for the map and its legend.

/** Side of the tile in CSS pixels; the strokes meet at its edges. */
const SIDE = 8

export function hatch(ratio: number, colour: string, width: number): ImageData | null {
  const side = Math.round(SIDE * ratio)
  const canvas = document.createElement('canvas')
  canvas.width = canvas.height = side
  const pen = canvas.getContext('2d', { willReadFrequently: true })
  if (!pen) return null
  pen.strokeStyle = colour
  pen.lineWidth = width * ratio
  for (const off of [-side, 0, side]) {
    pen.beginPath()
    pen.moveTo(off - side, side * 2)
    pen.lineTo(off + side * 2, -side)
    pen.stroke()
  }
  return pen.getImageData(0, 0, side, side)
}
