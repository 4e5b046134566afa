// Coordinates as people write and paste them: decimal degrees or degrees, minutes and seconds, either order.
import type { LonLat } from '../api/types'
import { latDms, lonDms } from './dms'

export type Notation = 'dms' | 'degrees'
export type Reading = { at: LonLat } | { wrong: 'form' | 'range' }

/** 102.704119, 25.0512 to the last digit, or 102°42′14.8284″E 25°03′04.3200″N: 4 decimals of a second are 3 mm. */
export function writePlace([lon, lat]: LonLat, notation: Notation, decimals = 4): string {
  return notation === 'dms' ? `${lonDms(lon, decimals)} ${latDms(lat, decimals)}` : `${String(lon)}, ${String(lat)}`
}

interface Angle { degrees: number; axis: 'lon' | 'lat' | null }
const NUMBER = String.raw`\d+(?:\.\d+)?`
/** Degrees with a mark, then minutes and seconds; the hemisphere may stand before or after. */
const MARKED = new RegExp(String.raw`(东经|西经|北纬|南纬|经度|纬度|[EWNS])?[:：]?\s*([+-]?)(${NUMBER})\s*[°度]\s*(?:(${NUMBER})\s*[′'’分]\s*)?(?:(${NUMBER})\s*(?:[″"”秒]|''|′′)?\s*)?([EWNS])?`, 'giu')
const AXIS: Readonly<Record<string, Angle['axis']>> = { 东经: 'lon', 西经: 'lon', 经度: 'lon', E: 'lon', W: 'lon', 北纬: 'lat', 南纬: 'lat', 纬度: 'lat', N: 'lat', S: 'lat' }
const MINUS = ['西经', '南纬', 'W', 'S']

function angle(sign: string, degrees: string, minutes: string | undefined, seconds: string | undefined, word: string): Angle | null {
  const [d, m, s] = [Number(degrees), Number(minutes ?? 0), Number(seconds ?? 0)]
  if (m >= 60 || s >= 60) return null
  const value = d + m / 60 + s / 3600
  return { degrees: sign === '-' || MINUS.includes(word) ? -value : value, axis: AXIS[word] ?? null }
}

function angles(text: string): (Angle | null)[] {
  if (/[°度]/.test(text)) {
    return [...text.matchAll(MARKED)].map(([, before = '', sign = '', d = '', m, s, behind = '']) => angle(sign, d, m, s, (before || behind).toUpperCase()))
  }
  const words = [...text.matchAll(new RegExp(String.raw`([EWNS]|东经|西经|北纬|南纬)?\s*([+-]?)(${NUMBER})\s*([EWNS])?`, 'giu'))]
  if (words.length === 6) {
    const figure = (at: number) => words[at]?.[3] ?? ''
    return [0, 3].map((at) => angle(words[at]?.[2] ?? '', figure(at), figure(at + 1), figure(at + 2), (words[at]?.[1] ?? words[at + 2]?.[4] ?? '').toUpperCase()))
  }
  return words.map(([, before = '', sign = '', d = '', behind = '']) => angle(sign, d, undefined, undefined, (before || behind).toUpperCase()))
}

/**
 * One place. Two angles; without hemispheres longitude comes first, unless only the other order can lie in
 * China (longitude 73–136, latitude 3–54).
 */
export function readPlace(text: string): Reading {
  const plain = text.normalize('NFKC').replace(/[;；]/g, ' ').trim()
  const found = angles(plain)
  const [one, two] = found
  if (found.length !== 2 || !one || !two || (one.axis !== null && one.axis === two.axis)) return { wrong: 'form' }
  const china = (lon: number, lat: number) => lon >= 73 && lon <= 136 && lat >= 3 && lat <= 54
  const turned = one.axis === 'lat' || two.axis === 'lon' || (one.axis === null && two.axis === null && !china(one.degrees, two.degrees) && china(two.degrees, one.degrees))
  const [lon, lat] = turned ? [two.degrees, one.degrees] : [one.degrees, two.degrees]
  if (Math.abs(lon) > 180 || Math.abs(lat) > 90) return { wrong: 'range' }
  return { at: [Math.round(lon * 1e9) / 1e9, Math.round(lat * 1e9) / 1e9] }
}

/** Many places, one on each line; empty lines do not count. */
export function readPlaces(text: string): { at: LonLat[]; wrong: { line: number; why: 'form' | 'range' }[] } {
  const at: LonLat[] = []
  const wrong: { line: number; why: 'form' | 'range' }[] = []
  text.split(/\r?\n/).forEach((line, index) => {
    if (line.trim() === '') return
    const read = readPlace(line.replace(/\t/g, ' '))
    if ('at' in read) at.push(read.at)
    else wrong.push({ line: index + 1, why: read.wrong })
  })
  return { at, wrong }
}
