// Where the map stands when it opens: at a place, over a box, or over the country.
import type { LonLat } from '../api/types'
import type { Flight } from '../state/view'

export function camera(start: Flight | null) {
  if (!start) return { center: [104, 35] as LonLat, zoom: 3 }
  if ('box' in start) return { bounds: start.box, fitBoundsOptions: { padding: { top: 28, right: 28, bottom: 44, left: 28 }, maxZoom: 15 } }
  return { center: start.at, zoom: start.zoom }
}
