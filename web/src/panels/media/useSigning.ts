// Asking who and why once for each panel: the first change there waits for the answer.
import { ref } from 'vue'
import { useReader } from '../../state/reader'

export function useSigning(known: () => boolean = () => false) {
  const reader = useReader()
  const asking = ref(false)
  let given = false
  let waiting: ((yes: boolean) => void) | null = null

  /** Whether it has been said; asked now if it has not. */
  function sign(): Promise<boolean> {
    if (given || (known() && reader.signs.trim() !== '')) return Promise.resolve(true)
    waiting?.(false)
    asking.value = true
    return new Promise((resolve) => { waiting = resolve })
  }
  function answered(yes: boolean): void {
    given = yes
    asking.value = false
    waiting?.(yes)
    waiting = null
  }
  return { asking, sign, answered }
}
