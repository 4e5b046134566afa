// Forms of boundary markers (a square stone, or two or three), gates and name signs on a 26-pixel square.
import { tokens } from '../look/tokens'

type Pen = CanvasRenderingContext2D
const stone = tokens.map.stone
const face = tokens.map.stoneFace

function square(pen: Pen, x: number, y: number, side: number): void {
  pen.beginPath()
  pen.rect(x - side / 2, y - side / 2, side, side)
}

function line(pen: Pen, ...points: [number, number][]): void {
  pen.beginPath()
  points.forEach(([x, y], index) => {
    if (index === 0) pen.moveTo(x, y)
    else pen.lineTo(x, y)
  })
  pen.stroke()
}

function oneStone(pen: Pen, x: number, y: number, side: number, condition: string): void {
  const half = side / 2
  pen.save()
  pen.translate(x, y)
  if (condition === 'tilted') pen.rotate(0.42)
  square(pen, 0, 0, side)
  pen.fillStyle = condition === 'intact' || condition === 'tilted' ? stone : face
  pen.lineWidth = 4
  pen.strokeStyle = face
  if (condition !== 'lost') pen.stroke()
  pen.fill()
  pen.lineWidth = 1.6
  pen.strokeStyle = stone
  if (condition === 'lost' || condition === 'unknown') pen.setLineDash([2, 1.6])
  pen.stroke()
  pen.setLineDash([])
  if (condition === 'faded') [-0.4, 0.4].forEach((k) => { line(pen, [-half * 0.6, half * k], [half * 0.6, half * k]) })
  if (condition === 'damaged') {
    pen.fillStyle = stone
    pen.beginPath()
    pen.moveTo(-half, -half)
    pen.lineTo(half, -half)
    pen.lineTo(-half, half)
    pen.fill()
  }
  if (condition === 'lost' || condition === 'scrapped') line(pen, [-half * 0.7, -half * 0.7], [half * 0.7, half * 0.7])
  if (condition === 'scrapped') line(pen, [half * 0.7, -half * 0.7], [-half * 0.7, half * 0.7])
  if (condition === 'submerged') {
    pen.fillStyle = tokens.map.waterInk
    pen.fillRect(-half, 0, side, half)
  }
  pen.restore()
  if (condition === 'moved') {
    pen.lineWidth = 1.8
    pen.strokeStyle = stone
    line(pen, [x + half + 1, y - half - 1], [x + half + 6, y - half - 6])
    line(pen, [x + half + 2, y - half - 6], [x + half + 6, y - half - 6], [x + half + 6, y - half - 2])
  }
}

/** A marker by type (single, double, triple: one, two, three stones) and condition. */
export function drawMarker(pen: Pen, type: string, condition: string): void {
  if (type === 'double') {
    oneStone(pen, 8, 13, 8, condition)
    oneStone(pen, 18, 13, 8, condition)
  } else if (type === 'triple') {
    oneStone(pen, 13, 7.5, 7.5, condition)
    oneStone(pen, 8, 17, 7.5, condition)
    oneStone(pen, 18, 17, 7.5, condition)
  } else oneStone(pen, 13, 13, 11, condition)
}

/** A gate: two posts; a leaf between them where it is shut, a dot where one goes on foot, a bar for vehicles. */
export function drawGate(pen: Pen, kind: string): void {
  const colour = kind === 'closed' ? tokens.colour.red : tokens.map.compoundInk
  pen.fillStyle = tokens.map.halo
  pen.fillRect(4, 5, 18, 14)
  pen.fillStyle = pen.strokeStyle = colour
  pen.fillRect(6, 8, 3, 10)
  pen.fillRect(17, 8, 3, 10)
  pen.fillRect(5, 6, 16, 2.5)
  pen.lineWidth = 1.8
  if (kind === 'closed') line(pen, [9, 13], [17, 13])
  else if (kind === 'foot') {
    pen.beginPath()
    pen.arc(13, 13, 2, 0, Math.PI * 2)
    pen.fill()
  } else if (kind === 'vehicle') pen.fillRect(11, 10.5, 4, 5)
}

/** The dot of a place. */
export function drawDot(pen: Pen): void {
  pen.beginPath()
  pen.arc(13, 13, 2.4, 0, Math.PI * 2)
  pen.fillStyle = tokens.map.land
  pen.fill()
  pen.lineWidth = 1.2
  pen.strokeStyle = tokens.map.placeInk
  pen.stroke()
}

/** A street sign on its post: blue along east–west, green along north–south streets, and turned likewise. */
export function drawPlate(pen: Pen, direction: string): void {
  const colour =
    direction === 'east_west' ? tokens.colour.blue : direction === 'north_south' ? tokens.colour.green : tokens.colour.ink3
  pen.strokeStyle = tokens.map.stone
  pen.lineWidth = 1.6
  line(pen, [13, 12], [13, 22])
  pen.fillStyle = colour
  pen.strokeStyle = tokens.map.halo
  pen.lineWidth = 1.2
  pen.beginPath()
  if (direction === 'north_south') pen.rect(9.5, 3, 7, 12)
  else pen.rect(5, 5.5, 16, 7)
  pen.fill()
  pen.stroke()
}
