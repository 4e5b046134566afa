// Which layer's table is open: the one in the address, else the last one, else the first that has records.
import { computed, watch } from 'vue'
import { useRoute } from 'vue-router'
import { useRegister } from '../../state/register'

const KEY = 'boundstone.table'
export { grouped as groupedFigure } from '../../figures/format'

function last(): string {
  try {
    return localStorage.getItem(KEY) ?? ''
  } catch {
    return ''
  }
}

export function useLayerChoice() {
  const register = useRegister()
  const route = useRoute()
  const asked = computed(() => (typeof route.params['layer'] === 'string' ? route.params['layer'] : ''))
  watch(asked, (name) => {
    if (name === '' || !register.layers.has(name)) return
    try {
      localStorage.setItem(KEY, name)
    } catch {
      // storage switched off: the first layer opens next time
    }
  }, { immediate: true })
  return computed(() => {
    for (const name of [asked.value, last()]) if (register.layers.has(name)) return name
    const layers = [...register.layers.values()]
    return (layers.find((layer) => layer.count > 0) ?? layers[0])?.name ?? ''
  })
}
