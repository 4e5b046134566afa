// Counts and sums over all rows that meet the filters, and the groups, from the server.
import { onBeforeUnmount, ref, shallowRef, watch, type Ref } from 'vue'
import { api, Problem } from '../../api/client'
import type { FieldDef, SummaryAnswer } from '../../api/types'
import { useRegister } from '../../state/register'
import type { Grouping } from '../../table/group'
import { askedOf, type Query } from '../../table/rows'

/** Numbers that say when or where, not how much. */
const NOT_SUMMED = /_year$|^zone$|^year$/
export const isSummed = (field: FieldDef): boolean => ['int', 'real'].includes(field.kind) && !NOT_SUMMED.test(field.name)

export function useSummary(base: Ref<Query>, grouping: Ref<Grouping | null>, fields: Ref<FieldDef[]>) {
  const register = useRegister()
  const summary = shallowRef<SummaryAnswer | null>(null)
  const problem = shallowRef<Problem | null>(null)
  const busy = ref(false)
  let asked: AbortController | undefined
  let timer: ReturnType<typeof setTimeout> | undefined

  async function ask(): Promise<void> {
    const query = base.value
    if (query.layer === '') return
    asked?.abort()
    asked = new AbortController()
    const { signal } = asked
    busy.value = true
    try {
      summary.value = await api.summary(query.layer, {
        ...askedOf({ ...query, sortby: '' }),
        by: grouping.value?.field,
        level: grouping.value?.level,
        sum: fields.value.filter(isSummed).map(({ name }) => name).join(','),
      }, signal)
      problem.value = null
    } catch (cause) {
      if (cause instanceof DOMException) return
      problem.value = cause instanceof Problem ? cause : new Problem(0, { detail: String(cause) })
    } finally {
      if (asked.signal === signal) busy.value = false
    }
  }
  function later(wait: number): void {
    clearTimeout(timer)
    timer = setTimeout(() => void ask(), wait)
  }
  // The rows themselves come first.
  watch(() => [base.value.layer, base.value.filter, base.value.datetime, grouping.value?.field, grouping.value?.level], () => {
    summary.value = null
    later(0)
  }, { immediate: true })
  watch(() => fields.value.filter(isSummed).map(({ name }) => name).join(), () => { later(0) })
  watch(() => register.revision, () => { later(300) })
  onBeforeUnmount(() => {
    clearTimeout(timer)
    asked?.abort()
  })
  return { summary, problem, busy, again: () => { later(0) } }
}
