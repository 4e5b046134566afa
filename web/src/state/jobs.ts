// Long work on the server: what runs, how far it is, what came of it. Heard live; where the line is
// broken, what one waits for is asked again and again.
import { defineStore } from 'pinia'
import { computed, ref, shallowRef } from 'vue'
import { imports, type Job, type JobEvent } from '../api/imports'
import { Problem } from '../api/client'
import { hasEnded } from '../import/jobs'

const LISTED = 200
const ASK_EVERY = 1500
const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms))

export const useJobs = defineStore('jobs', () => {
  /** newest first */
  const jobs = shallowRef<Job[]>([])
  const loaded = ref(false)
  const problem = shallowRef<Problem | null>(null)
  const open = ref(false)
  const running = computed(() => jobs.value.filter(({ state }) => !hasEnded(state)).length)
  const heard = new Map<string, () => void>()
  const find = (id: string) => jobs.value.find((job) => job.id === id)

  function put(job: Job): void {
    const known = jobs.value.some(({ id }) => id === job.id)
    jobs.value = known ? jobs.value.map((other) => (other.id === job.id ? job : other)) : [job, ...jobs.value]
    if (hasEnded(job.state)) heard.get(job.id)?.()
  }

  /** Takes a job that is gone off the list. */
  function forget(id: string): void {
    jobs.value = jobs.value.filter((job) => job.id !== id)
  }

  async function refresh(): Promise<void> {
    try {
      jobs.value = (await imports.jobs({ limit: LISTED })).jobs
      problem.value = null
    } catch (cause) {
      problem.value = cause instanceof Problem ? cause : new Problem(0, { detail: String(cause) })
    } finally {
      loaded.value = true
    }
  }

  /** Asks for one job anew; one that is gone leaves the list. */
  async function renew(id: string): Promise<Job | null> {
    try {
      const job = await imports.job(id)
      put(job)
      return job
    } catch (cause) {
      if (!(cause instanceof Problem)) throw cause
      if (cause.status === 404) forget(id)
      return null
    }
  }

  function hear(event: JobEvent): void {
    const known = find(event.id)
    if (known && !hasEnded(event.state)) put({ ...known, state: event.state, progress: event.progress })
    else void renew(event.id)
  }

  /** Resolves once a job has ended. `told` hears every progress. */
  async function ended(id: string, told: (job: Job) => void = () => undefined): Promise<Job> {
    for (;;) {
      const known = find(id)
      const job = known && hasEnded(known.state) ? known : await renew(id)
      if (job) told(job)
      if (job && hasEnded(job.state)) return job
      await Promise.race([new Promise<void>((resolve) => { heard.set(id, resolve) }), pause(ASK_EVERY)])
      heard.delete(id)
    }
  }

  async function cancel(id: string): Promise<void> {
    put(await imports.cancel(id))
  }
  async function remove(id: string): Promise<void> {
    await imports.removeJob(id)
    forget(id)
  }

  return { jobs, loaded, problem, open, running, find, put, forget, refresh, renew, hear, ended, cancel, remove }
})
