// How a picture is looked at in its pane: where it lies and how large, moved and zoomed. Pure.
import type { Spot } from './points'

/** The pane's pixel of the picture's upper left corner, and pane pixels per picture pixel. */
export interface Sight {
  x: number
  y: number
  scale: number
}
export interface Size {
  width: number
  height: number
}

const LARGEST = 16
/** pixels of the picture that stay in sight */
const KEPT = 40

/** The whole picture in the middle of the pane. */
export function whole(picture: Size, pane: Size): Sight {
  const scale = Math.min(pane.width / picture.width, pane.height / picture.height)
  return { scale, x: (pane.width - picture.width * scale) / 2, y: (pane.height - picture.height * scale) / 2 }
}

/** Moved, but never out of sight. */
export function moved(sight: Sight, dx: number, dy: number, picture: Size, pane: Size): Sight {
  const keep = (at: number, side: number, room: number) => Math.min(room - KEPT, Math.max(KEPT - side * sight.scale, at))
  return { ...sight, x: keep(sight.x + dx, picture.width, pane.width), y: keep(sight.y + dy, picture.height, pane.height) }
}

/** Larger or smaller round a place of the pane, between half of the whole and 16 pixels each. */
export function zoomed(sight: Sight, factor: number, [px, py]: readonly [number, number], picture: Size, pane: Size): Sight {
  const least = whole(picture, pane).scale / 2
  const scale = Math.min(Math.max(LARGEST, least), Math.max(least, sight.scale * factor))
  const ratio = scale / sight.scale
  return moved({ scale, x: px - (px - sight.x) * ratio, y: py - (py - sight.y) * ratio }, 0, 0, picture, pane)
}

/** The place of the picture under a place of the pane; null beside it. */
export function spotAt(sight: Sight, [px, py]: readonly [number, number], picture: Size): Spot | null {
  const [column, line] = [(px - sight.x) / sight.scale, (py - sight.y) / sight.scale]
  return column >= 0 && line >= 0 && column <= picture.width && line <= picture.height ? { column, line } : null
}

/** Where a place of the picture stands in the pane. */
export const placeOf = (sight: Sight, { column, line }: Spot): [number, number] => [sight.x + column * sight.scale, sight.y + line * sight.scale]
