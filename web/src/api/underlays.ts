// What can be laid under the data, as the server tells it.
import type { Bilingual, Box } from './types'

/** What can be laid under the data. */
export interface UnderlaysAnswer {
  underlays: { id: string; title: string; file: string; secrecy: string; made: string; bbox: Box; min_zoom: number; max_zoom: number; tiles: string; shown?: UnderlayShown }[]
  basemaps: { title: Bilingual; url: string; hosts: string[]; attribution: string; min_zoom: number; max_zoom: number }[]
}

/** How a picture is shown to whoever has not chosen otherwise. */
export interface UnderlayShown {
  on: boolean
  /** 0 to 100 */
  opacity: number
  /** its place among the pictures, the lowest first */
  order: number
}
