// Whether the screen is a phone's.
import { onBeforeUnmount, ref } from 'vue'

export function useSmall() {
  const media = matchMedia('(max-width: 767px)')
  const small = ref(media.matches)
  const hear = () => { small.value = media.matches }
  media.addEventListener('change', hear)
  onBeforeUnmount(() => { media.removeEventListener('change', hear) })
  return small
}
