// How far beside its original a copy is put: as far on the screen at every zoom.
import type { LonLat } from '../api/types'
import type { Place } from '../state/address'

const PIXELS = 28

/** Degrees to the east and the south. */
export function copyOffset(place: Place | null): LonLat {
  const { zoom, lat } = place ?? { zoom: 16, lat: 0 }
  const pixel = 360 / (512 * 2 ** zoom)
  return [PIXELS * pixel, -PIXELS * pixel * Math.cos((lat * Math.PI) / 180)]
}
