// What the page of lines shows instead of its list: deriving, or the numbering of one line's markers; and the
// notes on the map that belong to it or to the record that is open.
import { defineStore } from 'pinia'
import { ref, shallowRef } from 'vue'
import type { Note } from '../lines/notes'

export const useLines = defineStore('lines', () => {
  const open = ref<'derive' | 'number' | null>(null)
  /** the line whose markers are numbered: its code */
  const line = ref<string | null>(null)
  const notes = shallowRef<readonly Note[]>([])

  function derive(): void {
    open.value = 'derive'
  }
  function number(code: string): void {
    line.value = code
    open.value = 'number'
  }
  function close(): void {
    open.value = null
    line.value = null
    notes.value = []
  }
  return { open, line, notes, derive, number, close }
})
