// What stands in the drawer beside the map of service circles: one home, one facility, those beyond reach, all
// classes, scenarios compared. It is asked again when the figures change.
import { defineStore } from 'pinia'
import { computed, shallowRef, watch } from 'vue'
import type { Problem } from '../api/client'
import { services, wayOf, type Board, type Coverage, type Facility, type FacilityAnswer, type HomeAnswer, type Question } from '../api/access'
import { sitings, type Compared } from '../api/siting'
import type { LonLat } from '../api/types'
import { latest } from '../access/latest'
import { asProblem, useAccess, type Which } from './access'

export type Aside =
  | { kind: 'home'; home: number }
  | { kind: 'place'; place: LonLat }
  | Which
  | { kind: 'uncovered' }
  | { kind: 'board' }
  | { kind: 'compare'; scenarios: readonly string[] }

export type Found =
  | { kind: 'home'; answer: HomeAnswer }
  | { kind: 'facility'; answer: FacilityAnswer }
  /** one that serves nobody as it stands */
  | { kind: 'idle'; answer: Facility }
  | { kind: 'uncovered'; answer: NonNullable<Coverage['uncovered']> }
  | { kind: 'board'; answer: Board }
  | { kind: 'compare'; answer: Compared }

/** Whom a facility serves is asked of its own class, by its limit, where several are looked at together. */
const about = (question: Question, one: Facility | undefined): Question => (one ? { ...question, class: one.class } : question)

async function ask(what: Aside, question: Question, known: readonly Facility[]): Promise<Found | null> {
  switch (what.kind) {
    case 'home':
      return { kind: 'home', answer: await services.home(question, { home: what.home }) }
    case 'place':
      return { kind: 'home', answer: await services.home(question, { place: what.place }) }
    case 'facility': {
      const own = known.find(({ id }) => id === what.id)
      return own?.counts === false ? { kind: 'idle', answer: own } : { kind: 'facility', answer: await services.facility(about(question, own), { facility: what.id }) }
    }
    case 'added':
      return { kind: 'facility', answer: await services.facility(about(question, known.find(({ at }) => at === what.at)), { added: what.at }) }
    case 'uncovered': {
      const { uncovered } = await services.coverage(question, ['uncovered'])
      return uncovered ? { kind: 'uncovered', answer: uncovered } : null
    }
    case 'board': {
      const { profile, count, measure, date } = question
      return { kind: 'board', answer: await services.board({ ...(profile && { profile }), ...(count && { count }), ...(measure && { measure }), ...(date && { date }) }) }
    }
    case 'compare':
      return { kind: 'compare', answer: await sitings.compare(what.scenarios) }
  }
}

export const useAside = defineStore('aside', () => {
  const access = useAccess()
  const open = shallowRef<Aside | null>(null)
  const found = shallowRef<Found | null>(null)
  const problem = shallowRef<Problem | null>(null)
  const home = computed(() => (found.value?.kind === 'home' ? found.value.answer : null))
  const facility = computed(() => (found.value?.kind === 'facility' ? found.value.answer : null))
  const idle = computed(() => (found.value?.kind === 'idle' ? found.value.answer : null))
  /** class of the way that is drawn, from a home */
  const way = shallowRef('')
  const taken = computed(() => {
    const all = home.value?.nearest ?? []
    return all.find((one) => one.class === way.value) ?? all.find((one) => one.class === access.choice.class) ?? all.find((one) => one.route) ?? null
  })
  const route = computed(() => (taken.value ? wayOf(taken.value) : null))

  const runner = latest<{ what: Aside; question: Question }, Found | null>(
    ({ what, question }) => ask(what, question, access.coverage?.facilities ?? []),
    (answer, { what }) => {
      if (what !== open.value) return
      found.value = answer
      problem.value = null
    },
    (cause) => { problem.value = asProblem(cause) },
    () => undefined,
  )
  function renew(): void {
    if (open.value) runner.run({ what: open.value, question: access.question })
  }
  function show(next: Aside | null): void {
    runner.drop()
    if (next?.kind !== open.value?.kind) found.value = null
    problem.value = null
    way.value = ''
    open.value = next
    renew()
  }
  function showFacility(one: Facility): void {
    const which = access.which(one)
    if (which) show(which)
  }
  const close = () => { show(null) }
  /** What is open is about the trial; a facility that was added may be gone with it. */
  watch(() => access.coverage, () => {
    const now = open.value
    if (now?.kind === 'added' && access.changes[now.at]?.kind !== 'add') close()
    else if (now?.kind !== 'compare') renew()
  })

  return { open, found, problem, home, facility, idle, way, taken, route, renew, show, showFacility, close }
})
