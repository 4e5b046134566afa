// What the reader brings: language, and the name under which they sign. Kept in this browser.
import { defineStore } from 'pinia'
import { ref, watch } from 'vue'
import { store, stored } from './kept'

export const useReader = defineStore('reader', () => {
  const signs = ref(stored('boundstone.by'))
  const coordinates = ref(stored('boundstone.coordinates') || 'dms')
  watch(signs, (value) => { store('boundstone.by', value) })
  watch(coordinates, (value) => { store('boundstone.coordinates', value) })
  return { signs, coordinates }
})

export const language = {
  read: (): 'zh' | 'en' => (stored('boundstone.language') === 'en' ? 'en' : 'zh'),
  keep: (value: 'zh' | 'en') => { store('boundstone.language', value) },
}
