// One import under way: the upload, what was chosen, the trial and its acceptance. It stays as long as
// the page is open, and can be taken up again from the number of an upload or of a trial.
import { defineStore } from 'pinia'
import { computed, ref, shallowRef } from 'vue'
import { Problem } from '../api/client'
import { imports, type CrsGuess, type Draft, type Features, type Job, type Placing, type Source, type Upload } from '../api/imports'
import type { Act, LonLat } from '../api/types'
import { choiceOf, freshChoice, requestOf, sameRequest, type Choice } from '../import/choice'
import { draftOf } from '../import/jobs'
import { asTaken, byName } from '../import/mapping'
import type { Known, Step } from '../import/steps'
import { useJobs } from './jobs'
import { useRegister } from './register'

const problemOf = (cause: unknown) => (cause instanceof Problem ? cause : new Problem(0, { detail: String(cause) }))

export const useWizard = defineStore('wizard', () => {
  const jobs = useJobs()
  const register = useRegister()
  const step = ref<Step>('file')
  const upload = shallowRef<Upload | null>(null)
  const at = ref(0)
  const choice = ref<Choice>(freshChoice())
  /** what the last trial was asked */
  const asked = shallowRef<ReturnType<typeof requestOf> | null>(null)
  const trialId = ref<string | null>(null)
  const draft = shallowRef<Draft | null>(null)
  const guesses = shallowRef<CrsGuess[]>([])
  const acceptId = ref<string | null>(null)
  const done = shallowRef<{ revision: number; layer: string; counts: Draft['counts']; extent: Draft['extent']; undone: boolean } | null>(null)
  const problem = shallowRef<Problem | null>(null)
  const opening = ref(false)
  const overlay = shallowRef<Features | null>(null)
  const spot = shallowRef<LonLat | null>(null)
  const mapOpen = ref(false)
  /** the layer that a link led here for; empty: told from the files */
  const wish = ref('')
  /** the first rows are being read in another encoding */
  const rereading = ref(false)

  const source = computed<Source | null>(() => upload.value?.sources[at.value] ?? null)
  const layer = computed(() => register.layers.get(choice.value.layer) ?? null)
  const request = computed(() =>
    upload.value && source.value && layer.value ? requestOf(upload.value.upload, source.value, layer.value, choice.value) : null,
  )
  const trialJob = computed(() => (trialId.value ? (jobs.find(trialId.value) ?? null) : null))
  const acceptJob = computed(() => (acceptId.value ? (jobs.find(acceptId.value) ?? null) : null))
  /** the request for a trial is on its way, so that none is asked for twice */
  const sending = ref(false)
  const trialRuns = computed(() => sending.value || trialJob.value?.state === 'queued' || trialJob.value?.state === 'running')
  const acceptRuns = computed(() => acceptJob.value?.state === 'queued' || acceptJob.value?.state === 'running')
  const trial = computed<Known['trial']>(() => {
    if (trialRuns.value) return 'running'
    if (!asked.value) return 'none'
    if (!sameRequest(asked.value, request.value)) return 'stale'
    if (!draft.value) return 'failed'
    return draft.value.question ? 'question' : 'ready'
  })
  const known = computed<Known>(() => ({
    uploaded: upload.value?.sources.some(({ problem: why }) => why === null) ?? false,
    chosen: source.value?.problem === null && layer.value !== null,
    placed: source.value?.geometry ?? false,
    unsaid: (source.value?.geometry ?? false) && !source.value?.crs.declared && choice.value.crs === '',
    trial: trial.value,
    writes: (draft.value?.counts?.new ?? 0) + (draft.value?.counts?.changed ?? 0),
    done: done.value !== null,
  }))

  /** rows that may be placed on the map */
  const rowsToPlace = computed(() => (draft.value?.unmatched ?? 0) > 0 || Object.keys(choice.value.place).length > 0)

  function reset(): void {
    step.value = 'file'
    upload.value = null
    forgetTrial()
    done.value = null
    acceptId.value = null
    choice.value = freshChoice()
  }
  function forgetTrial(): void {
    asked.value = null
    trialId.value = null
    draft.value = null
    guesses.value = []
    overlay.value = null
    spot.value = null
    problem.value = null
  }

  /** Chooses a source; its layer and its columns are what can be told from their names. */
  function pick(index: number): void {
    at.value = index
    const chosen = upload.value?.sources[index]
    forgetTrial()
    choice.value = freshChoice()
    if (!chosen) return
    guesses.value = chosen.crs.guesses
    overlay.value = chosen.sample_geometry
    turnTo(register.layers.has(wish.value) ? wish.value : (chosen.layer ?? ''))
    if (chosen.unseen) void reread('')
  }
  function turnTo(name: string): void {
    const fields = register.layers.get(name)?.fields ?? []
    choice.value = { ...choice.value, layer: name, mapping: byName(source.value?.columns ?? [], fields), mapped: false, constants: {}, place: {}, split: false, key: '' }
  }

  /** Reads the source anew in a text encoding (empty: as it is found out), so that one sees whether it is right. */
  async function reread(encoding: string): Promise<void> {
    const [files, index, before] = [upload.value, at.value, source.value]
    if (!files || !before) return
    problem.value = null
    rereading.value = true
    try {
      const read = await imports.reread(files.upload, before, encoding)
      if (upload.value !== files || at.value !== index) return
      choice.value = { ...choice.value, encoding }
      if (read.problem) {
        problem.value = new Problem(422, read.problem)
        return
      }
      upload.value = { ...files, sources: files.sources.map((one, place) => (place === index ? read : one)) }
      overlay.value = read.sample_geometry
      guesses.value = read.crs.guesses
      turnTo(choice.value.layer || (read.layer ?? ''))
    } catch (cause) {
      problem.value = problemOf(cause)
    } finally {
      rereading.value = false
    }
  }

  /** What a row that found no record is about, or where it is; null takes that back. */
  function placeRow(row: number, placing: Placing | null): void {
    const others = Object.fromEntries(Object.entries(choice.value.place).filter(([number]) => number !== String(row)))
    choice.value = { ...choice.value, place: placing === null ? others : { ...others, [String(row)]: placing } }
  }

  function uploaded(fresh: Upload): void {
    reset()
    upload.value = fresh
    const first = fresh.sources.findIndex(({ problem: why, layer: suggested }) => why === null && suggested !== null)
    const readable = fresh.sources.findIndex(({ problem: why }) => why === null)
    pick(Math.max(first, readable, 0) === first ? first : Math.max(readable, 0))
    step.value = 'content'
  }

  /** Tries what is chosen; true where it ended with a draft (also one that asks for the coordinates). */
  async function tryOut(): Promise<boolean> {
    const wanted = request.value
    if (!wanted || trialRuns.value) return false
    const older = asked.value?.upload === wanted.upload ? trialId.value : null
    problem.value = null
    draft.value = null
    sending.value = true
    try {
      const job = await imports.preview(wanted)
      asked.value = wanted
      jobs.put(job)
      trialId.value = job.id
      sending.value = false
      clear(older, job.id)
      return await hearTrial(job.id)
    } catch (cause) {
      problem.value = problemOf(cause)
      return false
    } finally {
      sending.value = false
    }
  }

  async function hearTrial(id: string): Promise<boolean> {
    const job = await jobs.ended(id)
    if (trialId.value !== id) return false
    takeTrial(job)
    if (draft.value?.question) step.value = 'coordinates'
    return draft.value !== null
  }

  /** Trials of the same files that a newer one has taken the place of go; nobody would look at them again. */
  function clear(older: string | null, newer: string): void {
    if (older === null || older === newer) return
    void imports.discard(older).then(() => { jobs.forget(older) }).catch(() => undefined)
  }

  function takeTrial(job: Job): void {
    draft.value = draftOf(job)
    if (job.failure) problem.value = new Problem(422, job.failure)
    if (job.state === 'cancelled') {
      asked.value = null
      trialId.value = null
    }
    const found = draft.value
    if (!found) return
    if (found.question && !found.question.datum) guesses.value = found.question.guesses
    if (!choice.value.mapped && found.columns.length > 0) {
      choice.value = { ...choice.value, mapping: asTaken(found) }
    }
  }

  /** Takes up an upload or a trial again; `job` also one that still runs. */
  async function takeUp(what: 'upload' | 'draft', id: string): Promise<void> {
    if (what === 'upload' ? upload.value?.upload === id : trialId.value === id) return
    opening.value = true
    try {
      reset()
      if (what === 'upload') uploaded(await imports.upload(id))
      else await takeUpDraft(id)
    } catch (cause) {
      problem.value = problemOf(cause)
    } finally {
      opening.value = false
    }
  }

  async function takeUpDraft(id: string): Promise<void> {
    const job = await imports.job(id)
    jobs.put(job)
    const { upload: number, file, source_layer: inner } = job.params
    const found = await imports.upload(String(number))
    upload.value = found
    const index = found.sources.findIndex((one) => one.file === file && (one.source_layer ?? null) === (inner ?? null))
    pick(Math.max(index, 0))
    const encoding = job.params['encoding']
    if (typeof encoding === 'string' && encoding !== '') await reread(encoding)
    if (source.value) choice.value = choiceOf(job.params, source.value)
    asked.value = request.value
    trialId.value = id
    if (job.state === 'queued' || job.state === 'running') {
      step.value = 'columns'
      void hearTrial(id)
      return
    }
    takeTrial(job)
    asked.value = request.value
    if (draft.value) step.value = draft.value.question ? 'coordinates' : 'result'
    else step.value = 'columns'
  }

  /** Writes the draft into the register; true where it is written. */
  async function accept(act: Act): Promise<boolean> {
    const id = trialId.value
    const found = draft.value
    if (!id || !found) return false
    problem.value = null
    register.own = 'under way'
    try {
      const job = await imports.accept(id, act)
      jobs.put(job)
      acceptId.value = job.id
      const end = await jobs.ended(job.id)
      if (end.failure) problem.value = new Problem(409, end.failure)
      const outcome = end.outcome as { revision?: number; counts?: Draft['counts'] } | null
      const revision = outcome?.revision ?? null
      register.own = revision
      if (end.state !== 'done' || revision === null) return false
      done.value = { revision, layer: found.layer, counts: outcome?.counts ?? found.counts, extent: found.extent, undone: false }
      overlay.value = null
      wish.value = ''
      return true
    } catch (cause) {
      register.own = null
      problem.value = problemOf(cause)
      return false
    }
  }

  /** Throws the draft and the files away. */
  async function discard(): Promise<void> {
    const [id, files] = [trialId.value, upload.value?.upload]
    // the last trial of an upload takes the files with it
    for (const older of jobs.jobs.filter((job) => job.kind === 'import_preview' && job.params['upload'] === files && job.id !== id)) {
      await imports.discard(older.id).catch(() => undefined)
    }
    if (id) await imports.discard(id)
    else if (files) await imports.dropUpload(files)
    reset()
    void jobs.refresh()
  }

  return {
    step, upload, at, source, layer, choice, draft, guesses, trial, trialId, trialJob, trialRuns, acceptJob, acceptRuns,
    done, problem, opening, wish, rereading, rowsToPlace, overlay, spot, mapOpen, known, request,
    reset, uploaded, pick, turnTo, reread, placeRow, tryOut, takeUp, accept, discard,
  }
})
