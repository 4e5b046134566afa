// Jobs as a person reads them: how far, which imports were left unfinished. Pure.
import type { Draft, Job, JobProgress, JobState } from '../api/imports'

export const hasEnded = (state: JobState): boolean => state === 'done' || state === 'failed' || state === 'cancelled'

/** Share done from 0 to 1; null where nobody knows how much there is. */
export function share({ done, of }: JobProgress): number | null {
  return of ? Math.min(1, done / of) : null
}

const textOf = (job: Job, key: string): string | null => {
  const value = job.params[key]
  return typeof value === 'string' && value !== '' ? value : null
}

export const draftOf = (job: Job): Draft | null =>
  job.kind === 'import_preview' && job.state === 'done' && job.outcome !== null ? (job.outcome as Draft) : null

/** The file that an export made: its name and bytes. */
export function fileOf(job: Job): { file: string; bytes: number } | null {
  if (job.kind !== 'export' || job.state !== 'done') return null
  const { file, bytes } = (job.outcome ?? {}) as { file?: unknown; bytes?: unknown }
  return typeof file === 'string' ? { file, bytes: typeof bytes === 'number' ? bytes : 0 } : null
}

/** The trial that an import accepts. */
export const acceptsOf = (job: Job): string | null => (job.kind === 'import' ? (textOf(job, 'preview') ?? textOf(job, 'job')) : null)

export interface Unfinished {
  job: Job
  file: string
  layer: string | null
}

/** Trials that nobody accepted: of each upload the newest. `jobs` newest first. */
export function unfinished(jobs: readonly Job[]): Unfinished[] {
  const accepted = new Set(jobs.filter(({ state }) => state !== 'failed' && state !== 'cancelled').map(acceptsOf))
  const settled = new Set(jobs.filter(({ id }) => accepted.has(id)).map((job) => textOf(job, 'upload') ?? job.id))
  const seen = new Set<string>()
  return jobs.flatMap((job): Unfinished[] => {
    if (job.kind !== 'import_preview' || job.state === 'cancelled') return []
    const upload = textOf(job, 'upload') ?? job.id
    if (settled.has(upload) || seen.has(upload)) return []
    seen.add(upload)
    return [{ job, file: textOf(job, 'name') ?? textOf(job, 'file') ?? '', layer: textOf(job, 'layer') }]
  })
}
