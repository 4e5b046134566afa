// The register as the page knows it: its description, code lists, newest revision, and whether the
// line to the server stands.
import { defineStore } from 'pinia'
import { computed, ref, shallowRef } from 'vue'
import { api, Problem } from '../api/client'
import { listen } from '../api/events'
import type { CodeLists, LayerInfo, RegisterInfo, RevisionEvent } from '../api/types'
import { useJobs } from './jobs'
import { useView } from './view'

export type Line = 'opening' | 'open' | 'broken'

export const useRegister = defineStore('register', () => {
  const info = shallowRef<RegisterInfo | null>(null)
  const lists = shallowRef<CodeLists>({})
  const problem = shallowRef<Problem | null>(null)
  const line = ref<Line>('opening')
  /** the newest revision heard of; everything shown is asked again when it grows */
  const revision = ref(0)
  /** a change of our own: under way, or the revision it made; it is told where it was made */
  const own = ref<'under way' | number | null>(null)
  const lastEvent = shallowRef<RevisionEvent | null>(null)

  const layers = computed<Map<string, LayerInfo>>(
    () => new Map((info.value?.layers ?? []).map((layer) => [layer.name, layer])),
  )
  const isEmpty = computed(() => info.value?.layers.every((layer) => layer.count === 0) ?? false)
  const today = computed(() => info.value?.today ?? '')

  async function refresh(): Promise<void> {
    const view = useView()
    try {
      const fresh = await api.register({ asOf: view.asOf })
      info.value = fresh
      problem.value = null
      revision.value = Math.max(revision.value, fresh.revision)
      if (Object.keys(lists.value).length === 0) lists.value = await api.lists()
    } catch (cause) {
      problem.value = cause instanceof Problem ? cause : new Problem(0, { detail: String(cause) })
    }
  }

  function follow(): () => void {
    return listen({
      revision(event) {
        if (event.revision <= revision.value) return
        revision.value = event.revision
        lastEvent.value = event
        void refresh()
      },
      line(open) {
        const wasBroken = line.value === 'broken'
        line.value = open ? 'open' : 'broken'
        if (open && (wasBroken || problem.value)) void refresh()
        if (open) void useJobs().refresh()
      },
      job(event) { useJobs().hear(event) },
    })
  }

  return { info, lists, problem, line, revision, own, lastEvent, layers, isEmpty, today, refresh, follow }
})
