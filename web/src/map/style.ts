// The map style: tiles/style/map.json with its colours filled in from the tokens and its tile address
// for a revision and a day.
import type { LayerSpecification, StyleSpecification } from 'maplibre-gl'
import sheet from '../../../tiles/style/map.json'
import { tokens } from '../look/tokens'

type Tokens = Record<string, Record<string, string> | undefined>

/** Puts the colour of the tokens for every text of the form @group.name. */
export function fillColours(value: unknown): unknown {
  if (typeof value === 'string' && value.startsWith('@')) {
    const [group = '', name = ''] = value.slice(1).split('.')
    const colour = (tokens as unknown as Tokens)[group]?.[name]
    if (!colour) throw new Error(`the style names an unknown token ${value}`)
    return colour
  }
  if (Array.isArray(value)) return value.map(fillColours)
  if (value !== null && typeof value === 'object') {
    return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, fillColours(item)]))
  }
  return value
}

/** Where the tiles of a revision and a day are; `v` only keeps the browser from showing older ones. */
export function tileAddress(origin: string, revision: number, asOf: string | null): string {
  const day = asOf ? `&as_of=${asOf}` : ''
  return `${origin}/tiles/{z}/{x}/{y}?v=${String(revision)}${day}`
}

export function mapStyle(tiles: string, hidden: readonly string[]): StyleSpecification {
  const style = fillColours(sheet) as StyleSpecification
  const register = style.sources['register']
  if (register?.type === 'vector') register.tiles = [tiles]
  for (const layer of style.layers) {
    if (hidden.includes(layerOf(layer) ?? '')) layer.layout = { ...layer.layout, visibility: 'none' } as never
  }
  return style
}

/** The register layer that a style layer draws. */
export function layerOf(layer: Pick<LayerSpecification, 'metadata'>): string | null {
  const metadata = layer.metadata as Record<string, unknown> | undefined
  const name = metadata?.['boundstone:layer']
  return typeof name === 'string' ? name : null
}

export type Hit = 'point' | 'line' | 'area'

/** The style layers that a click can hit, by how they are hit. */
export const pickable: ReadonlyMap<string, { layer: string; hit: Hit }> = new Map(
  (sheet.layers as Pick<LayerSpecification, 'id' | 'metadata'>[]).flatMap((layer) => {
    const hit = (layer.metadata as Record<string, unknown> | undefined)?.['boundstone:pick']
    const name = layerOf(layer)
    return name && (hit === 'point' || hit === 'line' || hit === 'area') ? [[layer.id, { layer: name, hit }]] : []
  }),
)

/** From which zoom on a register layer can be seen at all. */
export function seenFrom(name: string): number {
  const zooms = (sheet.layers as Pick<LayerSpecification, 'minzoom' | 'metadata'>[])
    .filter((layer) => layerOf(layer) === name)
    .map((layer) => layer.minzoom ?? 0)
  return Math.max(zooms.length > 0 ? Math.min(...zooms) : 0, TILES_FROM[name] ?? 0)
}

/** Layers that the tiles hold only from a zoom on (tiles/layers.toml), where the style does not say so. */
const TILES_FROM: Readonly<Record<string, number>> = { closed_or_green_area: 11, compound: 13, boundary_marker: 9 }

/** The style layers of a register layer. */
export function styleLayersOf(name: string): string[] {
  return (sheet.layers as Pick<LayerSpecification, 'id' | 'metadata'>[])
    .filter((layer) => layerOf(layer) === name)
    .map((layer) => layer.id)
}

/** The style layers that draw borders of divisions. */
export const borderLayers: readonly string[] = (sheet.layers as { id: string; 'source-layer'?: string }[])
  .filter((layer) => layer['source-layer'] === 'division_border')
  .map(({ id }) => id)

const WHOLE = { minzoom: 0, maxzoom: 24 }

/** The style layers that draw borders and names of one level of division. */
export const levelLayers: readonly { id: string; level: string; minzoom: number; maxzoom: number }[] = (
  sheet.layers as Pick<LayerSpecification, 'id' | 'minzoom' | 'maxzoom' | 'metadata'>[]
).flatMap(({ id, metadata, minzoom = WHOLE.minzoom, maxzoom = WHOLE.maxzoom }) => {
  const level = /^(?:border|label)-(.+)$/.exec(id)?.[1]
  return level && layerOf({ metadata }) === 'division' ? [{ id, level, minzoom, maxzoom }] : []
})
