// Scenarios of service circles that were kept: listed, saved, laid on the table again, taken away.
import { defineStore } from 'pinia'
import { ref, shallowRef } from 'vue'
import type { Problem } from '../api/client'
import { sitings, type Scenario } from '../api/siting'
import { PLAIN } from '../access/choice'
import { asProblem, useAccess } from './access'

/** Scenarios compared at once. */
export const COMPARED = 6

export const useScenarios = defineStore('scenarios', () => {
  const access = useAccess()
  const list = shallowRef<Scenario[] | null>(null)
  const problem = shallowRef<Problem | null>(null)
  const ticked = ref<string[]>([])

  async function load(): Promise<void> {
    try {
      list.value = await sitings.scenarios()
      ticked.value = ticked.value.filter((id) => list.value?.some((one) => one.id === id))
      problem.value = null
    } catch (cause) {
      problem.value = asProblem(cause)
    }
  }
  async function save(title: string, by: string, note: string): Promise<Scenario> {
    const kept = await sitings.save({ title, by, note, question: access.question })
    list.value = [kept, ...(list.value ?? []).filter(({ id }) => id !== kept.id)]
    return kept
  }
  async function remove(id: string): Promise<void> {
    await sitings.remove(id)
    list.value = list.value?.filter((one) => one.id !== id) ?? null
    ticked.value = ticked.value.filter((one) => one !== id)
  }
  /** Lays a scenario on the table, as a step that can be taken back. */
  function lay({ question }: Scenario): void {
    access.take({
      choice: { ...PLAIN, class: question.class, profile: question.profile ?? '', minutes: question.minutes ?? null, measure: question.measure ?? 'network' },
      changes: question.changes ?? [],
    })
  }

  return { list, problem, ticked, load, save, remove, lay }
})
