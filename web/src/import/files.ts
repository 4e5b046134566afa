// What was dropped or chosen: which file leads and which only go with it, and sizes as people write them. Pure.

/** More than this the server does not take. */
export const MOST_BYTES = 2 * 1024 ** 3

/** Files that mean nothing alone, by their ends. */
const COMPANIONS = new Set(['shx', 'prj', 'cpg', 'qpj', 'sbn', 'sbx', 'qix', 'xml', 'aux', 'dat', 'map', 'id', 'ind', 'mid', 'qmd', 'csvt', 'gfs', 'xsd'])

/** What formats are called, by the server's word. */
const CALLED: Record<string, string> = {
  shapefile: 'Shapefile', dbf: 'dBase', geojson: 'GeoJSON', csv: 'CSV', xlsx: 'Excel', xlsm: 'Excel', xlsb: 'Excel', xls: 'Excel', ods: 'ODS', osm: 'OpenStreetMap',
  gdb: 'FileGDB', gpkg: 'GeoPackage', fgb: 'FlatGeobuf', tab: 'MapInfo', mif: 'MapInfo', sqlite: 'SQLite',
}
export const formatName = (word: string): string => CALLED[word] ?? word.toUpperCase()

export const endOf = (name: string): string => /\.([^.]+)$/.exec(name)?.[1]?.toLowerCase() ?? ''
const stemOf = (name: string): string => name.replace(/(\.shp)?\.[^.]+$/i, '').toLowerCase()

/** Files of GDAL that cannot be read at all before all that goes with them is there. */
const NEEDY = new Set(['tab', 'mif'])

/** The leading files first: `.shp` before its `.dbf`, a table before what only describes it; MapInfo's last. */
export function inOrder<T extends { name: string }>(files: readonly T[]): T[] {
  const shapes = new Set(files.filter(({ name }) => endOf(name) === 'shp').map(({ name }) => stemOf(name)))
  const rank = ({ name }: T) => {
    const end = endOf(name)
    if (NEEDY.has(end)) return 3
    if (COMPANIONS.has(end)) return 2
    return end === 'dbf' && shapes.has(stemOf(name)) ? 1 : 0
  }
  return [...files].sort((a, b) => rank(a) - rank(b))
}

export interface Lacking {
  /** the shapefile's name without its end */
  name: string
  ends: string[]
}

/** Shapefiles dropped without their `.dbf` (no values) or `.prj` (no coordinates). */
export function lacking(files: readonly { name: string }[]): Lacking[] {
  const has = new Set(files.map(({ name }) => `${stemOf(name)}.${endOf(name)}`))
  return files
    .filter(({ name }) => endOf(name) === 'shp')
    .map(({ name }) => ({ name: name.replace(/\.shp$/i, ''), ends: ['dbf', 'prj'].filter((end) => !has.has(`${stemOf(name)}.${end}`)) }))
    .filter(({ ends }) => ends.length > 0)
}

/** 1536 → 1.5 KB */
export function size(bytes: number): string {
  const units = ['B', 'KB', 'MB', 'GB']
  let value = bytes
  let at = 0
  while (value >= 1024 && at < units.length - 1) {
    value /= 1024
    at += 1
  }
  return `${at === 0 ? String(value) : value.toFixed(value < 10 ? 1 : 0)} ${units[at] ?? ''}`
}
