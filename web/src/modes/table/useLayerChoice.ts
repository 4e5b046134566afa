// Which layer's table is open: the one in the address, else the last one, else the first that has records.
import { computed, watch } from 'vue'
import { useRoute } from 'vue-router'
import { store, stored } from '../../state/kept'
import { useRegister } from '../../state/register'

const KEY = 'boundstone.table'
export { grouped as groupedFigure } from '../../figures/format'

export function useLayerChoice() {
  const register = useRegister()
  const route = useRoute()
  const asked = computed(() => (typeof route.params['layer'] === 'string' ? route.params['layer'] : ''))
  watch(asked, (name) => {
    if (name !== '' && register.layers.has(name)) store(KEY, name)
  }, { immediate: true })
  return computed(() => {
    for (const name of [asked.value, stored(KEY)]) if (register.layers.has(name)) return name
    const layers = [...register.layers.values()]
    return (layers.find((layer) => layer.count > 0) ?? layers[0])?.name ?? ''
  })
}
