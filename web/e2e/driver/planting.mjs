// A register with one fault more: a vertex that two communities share is moved, by some metres, for one of them only.
import { copyFileSync, mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { run, serve } from './server.mjs'
import { Office } from './office.mjs'

const METRES = 4
const key = ([x, y]) => `${x},${y}`
const rings = (geometry) => (geometry.type === 'MultiPolygon' ? geometry.coordinates.flat() : geometry.coordinates)

/** The communities of the demo with their areas. */
async function communities(register) {
  const server = await serve(register)
  try {
    const office = new Office(server.address)
    const { features } = await office.ask(`/ogc/collections/division/items?f=json&limit=1000&filter=${encodeURIComponent("level IN ('community','township')")}`)
    return features
  } finally {
    await server.stop()
  }
}

/** A vertex in the middle of a border between two communities of one town, and one of the two. */
function sharedVertex(features) {
  const parts = features.filter(({ properties }) => properties.level === 'community')
  const towns = new Set(features.filter(({ properties }) => properties.level === 'township').flatMap(({ geometry }) => rings(geometry).flat().map(key)))
  const owners = new Map()
  for (const feature of parts) {
    for (const at of new Set(rings(feature.geometry).flat().map(key))) owners.set(at, [...(owners.get(at) ?? []), feature])
  }
  for (const [at, both] of owners) {
    if (both.length === 2 && !towns.has(at) && both[0].properties.parent_code === both[1].properties.parent_code && rings(both[0].geometry).length === 1) return { at, feature: both[0], other: both[1] }
  }
  throw new Error('no such vertex')
}

/** A copy of a register with the fault planted; `names`: the two communities. */
export async function plantOverlap(register) {
  const { at, feature, other } = sharedVertex(await communities(register))
  const [ring] = rings(feature.geometry)
  const open = ring.slice(0, -1)
  const place = open.findIndex((one) => key(one) === at)
  const [before, here, after] = [open.at(place - 1), open[place], open[(place + 1) % open.length]]
  // outwards: to the right of a ring that runs against the clock
  const turn = open.reduce((sum, [x, y], i) => { const [u, v] = open[(i + 1) % open.length]; return sum + x * v - u * y }, 0) > 0 ? 1 : -1
  const along = [(after[0] - before[0]) * Math.cos((here[1] * Math.PI) / 180), after[1] - before[1]]
  const length = Math.hypot(...along)
  const moved = [here[0] + (turn * METRES * along[1]) / length / 111_000 / Math.cos((here[1] * Math.PI) / 180), here[1] - (turn * METRES * along[0]) / length / 111_000]
  const coordinates = [ring.map((one) => (key(one) === at ? moved : one))]
  const folder = mkdtempSync(join(tmpdir(), 'boundstone-e2e-'))
  const [file, planted] = [join(folder, '错图.geojson'), join(folder, 'planted.gpkg')]
  copyFileSync(register, planted)
  const { name, code } = feature.properties
  writeFileSync(file, JSON.stringify({ type: 'FeatureCollection', features: [{ type: 'Feature', geometry: { type: 'Polygon', coordinates }, properties: { code } }] }))
  run('import', planted, file, '--layer', 'division', '--crs', 'EPSG:4490', '--by', '张三', '--reason', '导入错图')
  return { planted, folder, names: [name, other.properties.name] }
}
