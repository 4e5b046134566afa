// What people write into a cell, as a value of its field: numbers with separators, days as offices
// write them, codes by their titles.
import type { CodeLists, FieldDef, Json } from '../api/types'
import { isDay } from '../figures/days'

export type Misread = 'number' | 'integer' | 'date' | 'code' | 'bool' | 'required' | 'fixed'
export type Reading = { value: Json } | { misread: Misread }

const YES = ['是', '有', '√', 'true', 'yes', 'y', '1']
const NO = ['否', '无', '×', 'false', 'no', 'n', '0']

/** What stands between the items of a list in one cell; the server reads files the same way. */
const BETWEEN = /[;；、|\n]/

/** Whether a field's cells can be written at all: lists of words can, lists of things not, in one cell. */
export const isWritable = (field: FieldDef): boolean => field.kind !== 'list' || field.items === 'text'

export function readCell(text: string, field: FieldDef, lists: CodeLists): Reading {
  const plain = text.trim()
  if (!isWritable(field)) return { misread: 'fixed' }
  if (plain === '' || plain === '—') return field.required ? { misread: 'required' } : { value: null }
  switch (field.kind) {
    case 'int':
    case 'real':
      return readNumber(plain, field)
    case 'date': {
      const day = readDay(plain)
      return day ? { value: day } : { misread: 'date' }
    }
    case 'list':
      return readList(plain)
    case 'bool': {
      const word = plain.toLowerCase()
      if (YES.includes(word)) return { value: true }
      return NO.includes(word) ? { value: false } : { misread: 'bool' }
    }
    default:
      return field.list ? readCode(plain, field.list, lists) : { value: plain }
  }
}

/** Words of a list, each once. */
function readList(text: string): Reading {
  const items = text.split(BETWEEN).map((item) => item.trim()).filter((item) => item !== '')
  return { value: items.length > 0 ? [...new Set(items)] : null }
}

function readNumber(text: string, field: FieldDef): Reading {
  let figure = text.normalize('NFKC').replace(/[,\s]/g, '')
  if (field.unit && figure.endsWith(field.unit.normalize('NFKC'))) figure = figure.slice(0, -field.unit.normalize('NFKC').length)
  if (!/^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(figure)) return { misread: 'number' }
  const value = Number(figure)
  if (!Number.isFinite(value)) return { misread: 'number' }
  return field.kind === 'int' && !Number.isInteger(value) ? { misread: 'integer' } : { value }
}

/** 2026-11-21, 2026/1/2, 2026.1.2, 2026年1月2日, 20260102 */
export function readDay(text: string): string | null {
  const plain = text.normalize('NFKC').trim()
  const found = /^(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})日?(?:\s+0{1,2}:00(?::00)?)?$/.exec(plain) ?? /^(\d{4})(\d{2})(\d{2})$/.exec(plain)
  if (!found) return null
  const day = [found[1], found[2]?.padStart(2, '0'), found[3]?.padStart(2, '0')].join('-')
  return isDay(day) ? day : null
}

function readCode(text: string, name: string, lists: CodeLists): Reading {
  const list = lists[name]
  const word = text.toLowerCase()
  const found = list?.values.find(({ code, title }) => code === text || title.zh === text || title.en.toLowerCase() === word)
  if (found) return { value: found.code }
  return !list || list.open ? { value: text } : { misread: 'code' }
}

/** A value as it is written for editing and on the clipboard: codes by title, numbers without separators. */
export function writeCell(value: Json | undefined, field: FieldDef, lists: CodeLists, language: 'zh' | 'en'): string {
  if (value === null || value === undefined) return ''
  if (typeof value === 'boolean') return language === 'zh' ? (value ? '是' : '否') : value ? 'yes' : 'no'
  if (typeof value === 'string') {
    const list = field.list ? lists[field.list] : undefined
    return list?.values.find(({ code }) => code === value)?.title[language] ?? value
  }
  if (typeof value === 'number') return String(value)
  if (Array.isArray(value)) return value.map((item) => (typeof item === 'object' ? JSON.stringify(item) : String(item))).join('、')
  return JSON.stringify(value)
}
