// Siting runs: asked for as jobs, looked at when they are done, their sites taken over into a trial.
import { defineStore } from 'pinia'
import { ref, shallowRef } from 'vue'
import type { Problem } from '../api/client'
import type { Change } from '../api/access'
import { sitings, type NewSiting, type Siting, type SitingHead } from '../api/siting'
import type { Job } from '../api/imports'
import { withChange } from '../access/trial'
import { PLAIN } from '../access/choice'
import { asProblem, useAccess } from './access'
import { useJobs } from './jobs'

export const useSiting = defineStore('siting', () => {
  const access = useAccess()
  const jobs = useJobs()
  const runs = shallowRef<SitingHead[] | null>(null)
  const run = shallowRef<Siting | null>(null)
  const problem = shallowRef<Problem | null>(null)
  /** the job that is being waited for */
  const job = ref<string | null>(null)
  let turn = 0

  async function load(): Promise<void> {
    try {
      runs.value = await sitings.runs()
      problem.value = null
    } catch (cause) {
      problem.value = asProblem(cause)
    }
  }
  async function show(id: string): Promise<void> {
    const mine = (turn += 1)
    if (run.value?.id !== id) run.value = null
    try {
      const found = await sitings.run(id)
      if (mine !== turn) return
      run.value = found
      problem.value = null
    } catch (cause) {
      if (mine === turn) problem.value = asProblem(cause)
    }
  }
  function close(): void {
    turn += 1
    run.value = null
    problem.value = null
  }

  /** Has sites sought; gives the run, or null where the job was stopped or failed (it says why). */
  async function make(wanted: NewSiting): Promise<string | null> {
    const made: Job = await sitings.site(wanted)
    jobs.put(made)
    job.value = made.id
    const ended = await jobs.ended(made.id)
    if (job.value === made.id && ended.state === 'done') job.value = null
    await load()
    const { siting } = (ended.outcome ?? {}) as { siting?: string }
    return ended.state === 'done' && siting ? siting : null
  }
  async function remove(id: string): Promise<void> {
    await sitings.removeRun(id)
    runs.value = runs.value?.filter((one) => one.id !== id) ?? null
    if (run.value?.id === id) close()
  }

  /** Puts what a run proposes to what is tried already. */
  function apply(found: Siting, proposed: readonly Change[] = found.changes): void {
    const { question } = found
    access.take({
      choice: { ...PLAIN, class: question.class, profile: question.profile ?? '', minutes: question.minutes ?? null, measure: question.measure ?? 'network' },
      changes: proposed.reduce<readonly Change[]>((all, one) => withChange(all, one.kind === 'add' ? { class: question.class, ...one } : one), question.changes ?? []),
    })
  }

  return { runs, run, problem, job, load, show, close, make, remove, apply }
})
