// Changing the register: who does it and why (asked once per sitting), saving as one change set,
// conflicts settled by hand, undo and redo of what was just done.
import { defineStore } from 'pinia'
import { computed, ref, shallowRef, watch } from 'vue'
import { api, Problem } from '../api/client'
import type { Act, Json, OneChange } from '../api/types'
import { GEOMETRY } from '../desk/geometry'
import { clashes, type Clash, type RecordEdit } from '../table/plan'
import { heard, keyFor } from './keys'
import { useReader } from './reader'
import { useRegister } from './register'

/** The most records of one change set that the server takes. */
export const MOST = 1000
const AT_ONCE = 6
const TRIES = 3

export interface Step {
  revision: number
  what: string
}

/** A step that cannot be taken back, which would bar the earlier ones. */
export interface RefusedStep {
  way: 'undo' | 'redo'
  step: Step
  problem: Problem
}

/** How long after a lost answer the same is sent once more. */
const AGAIN_MS = 1200
/** Why the server takes back no step: others built on it, or it was taken back elsewhere. */
const NOT_TAKEN_BACK = ['undo.touched_later', 'undo.differs', 'undo.already', 'undo.hidden']

export interface Dispute {
  edit: RecordEdit
  clashes: Clash[]
}

export interface Conflict {
  disputes: Dispute[]
  /** the values chosen, record by record in the order of `disputes`; null: nothing is saved */
  settle(chosen: Record<string, Json>[] | null): void
}

/** Steps as they were kept; null where they are none, or another register's. */
function stepsOf(text: string, owner: string): { done: Step[]; undone: Step[] } | null {
  try {
    const kept = JSON.parse(text) as { owner?: string; done?: Step[]; undone?: Step[] }
    return kept.owner === owner && Array.isArray(kept.done) && Array.isArray(kept.undone) ? { done: kept.done, undone: kept.undone } : null
  } catch {
    return null
  }
}

/** Values and geometry as the server takes them. */
function apart({ [GEOMETRY]: geometry, ...set }: Record<string, Json>): { set: Record<string, Json>; geometry?: Json } {
  return geometry === undefined ? { set } : { set, geometry }
}

interface Held extends RecordEdit {
  etag: string
}

const KEYS = { reason: 'boundstone.reason', document: 'boundstone.document', steps: 'boundstone.steps' } as const
const session = {
  read: (key: string): string => {
    try {
      return sessionStorage.getItem(key) ?? ''
    } catch {
      return ''
    }
  },
  keep: (key: string, value: string) => {
    try {
      sessionStorage.setItem(key, value)
    } catch {
      // storage switched off: nothing is kept
    }
  },
}

export const useDesk = defineStore('desk', () => {
  const reader = useReader()
  const register = useRegister()
  const reason = ref(session.read(KEYS.reason))
  const document = ref(session.read(KEYS.document))
  watch(reason, (text) => { session.keep(KEYS.reason, text) })
  watch(document, (text) => { session.keep(KEYS.document, text) })

  /** whether the bar with name, reason and document is open, and whether they have been given */
  const sitting = ref<'closed' | 'asking' | 'open'>('closed')
  const busy = ref(false)
  const done = ref<Step[]>([])
  const undone = ref<Step[]>([])
  const refused = shallowRef<RefusedStep | null>(null)
  const conflict = shallowRef<Conflict | null>(null)
  const complete = computed(() => reader.signs.trim() !== '' && reason.value.trim() !== '')
  let waiting: ((signed: boolean) => void) | null = null
  // the steps of this sitting outlive a reload of the page, as long as it is the same register
  watch(() => register.info?.created, (owner) => {
    const kept = owner ? stepsOf(session.read(KEYS.steps), owner) : null
    if (kept && done.value.length + undone.value.length === 0) [done.value, undone.value] = [kept.done, kept.undone]
  }, { immediate: true })
  watch([done, undone], () => { session.keep(KEYS.steps, JSON.stringify({ owner: register.info?.created, done: done.value, undone: undone.value })) })

  /** Asks who and why if that has not been said in this sitting; false where it is called off. */
  function sign(): Promise<boolean> {
    if (sitting.value === 'open' && complete.value) return Promise.resolve(true)
    waiting?.(false)
    sitting.value = 'asking'
    return new Promise((resolve) => { waiting = resolve })
  }
  function start(): void {
    if (!complete.value) return
    sitting.value = 'open'
    waiting?.(true)
    waiting = null
  }
  function stop(): void {
    sitting.value = 'closed'
    waiting?.(false)
    waiting = null
  }

  /** Who and why, with the key of a change by what it changes: sent again unheard, it is the same one. */
  function act(content: unknown, why = reason.value): Act {
    const said = { by: reader.signs.trim(), reason: why.trim(), ...(document.value.trim() && { document: document.value.trim() }) }
    return { ...said, idempotency_key: keyFor([content, said]) }
  }

  /** Sends a change; once more where no answer came. Only what was answered is over. */
  async function reach<T>(send: () => Promise<T>): Promise<T> {
    const isLost = (cause: unknown) => cause instanceof Problem && cause.status === 0
    try {
      const answer = await send().catch(async (cause: unknown) => {
        if (!isLost(cause)) throw cause
        await new Promise((resolve) => { setTimeout(resolve, AGAIN_MS) })
        return send()
      })
      heard()
      return answer
    } catch (cause) {
      if (cause instanceof Problem && cause.status > 0 && cause.status < 500) heard()
      throw cause
    }
  }

  /** The edits with the tags of the records as they are now; what others changed meanwhile is settled by hand. */
  async function held(edits: RecordEdit[]): Promise<Held[] | null> {
    // Rows of a table know their tags: what was seen is what is changed, or the server says otherwise.
    if (edits.every((edit): edit is Held => edit.etag !== undefined)) return edits
    const found: { edit: Held; now: Record<string, Json> }[] = []
    for (let at = 0; at < edits.length; at += AT_ONCE) {
      const some = edits.slice(at, at + AT_ONCE)
      const answers = await Promise.all(some.map((edit) => api.values(edit.layer, edit.id)))
      answers.forEach(({ etag, values }, index) => {
        const edit = some[index]
        if (edit) found.push({ edit: { ...edit, etag }, now: values })
      })
    }
    const disputes = found.map(({ edit, now }) => ({ edit, clashes: clashes(edit, now) })).filter((one) => one.clashes.length > 0)
    if (disputes.length === 0) return found.map(({ edit }) => edit)
    const chosen = await new Promise<Record<string, Json>[] | null>((settle) => { conflict.value = { disputes, settle } })
    conflict.value = null
    if (!chosen) return null
    disputes.forEach(({ edit, clashes: settled }, at) => {
      edit.mine = { ...edit.mine, ...chosen[at] }
      edit.base = { ...edit.base, ...Object.fromEntries(settled.map(({ name, theirs }) => [name, theirs])) }
    })
    return found.map(({ edit }) => edit)
  }

  async function send(edits: Held[], added: readonly OneChange[], said: Act): Promise<number> {
    const [only] = edits
    if (only && edits.length === 1 && added.length === 0) return (await api.patch(only.layer, only.id, only.etag, { ...apart(only.mine), ...said })).revision
    const changes = edits.map(({ layer, id, etag, mine }) => ({ op: 'patch' as const, layer, id, etag, ...apart(mine) }))
    return (await api.changes({ changes: [...changes, ...added], ...said })).revision
  }

  const single = (change: OneChange, what: string) => post([change], what)
  const create = (layer: string, id: string, mine: Record<string, Json>, what: string) => single({ op: 'create', layer, id, ...apart(mine) }, what)
  const remove = (layer: string, id: string, etag: string, what: string) => single({ op: 'delete', layer, id, etag }, what)

  /**
   * Saves edits, and new records beside them, as one change set; gives what was saved and the revision in which it stands, null where
   * it was called off in a conflict. `what` names it for undo.
   */
  async function commit(edits: RecordEdit[], what: string, added: readonly OneChange[] = []): Promise<{ revision: number; saved: RecordEdit[] } | null> {
    const said = act([edits.map(({ layer, id, mine }) => [layer, id, mine]), added])
    busy.value = true
    try {
      let mine = edits
      for (let tries = 1; ; tries += 1) {
        const ready = await held(mine)
        if (!ready) return null
        register.own = 'under way'
        try {
          const revision = await reach(() => send(ready, added, said))
          register.own = revision
          done.value = [...done.value, { revision, what }]
          undone.value = []
          return { revision, saved: ready }
        } catch (cause) {
          register.own = null
          if (cause instanceof Problem && cause.code === 'edit.nothing') return { revision: register.revision, saved: ready }
          if (!(cause instanceof Problem && cause.status === 412 && tries < TRIES)) throw cause
          mine = ready.map(({ layer, id, base, mine: wanted }) => ({ layer, id, base, mine: wanted }))
        }
      }
    } finally {
      busy.value = false
    }
  }

  /** Records made new and taken away, as one change set; gives its revision. */
  const post = (changes: OneChange[], what: string): Promise<number> =>
    record(changes.map((change) => [change.op, change.layer, change.id, ...(change.op === 'delete' ? [] : [change.set, change.geometry ?? null])]), what, (said) => api.changes({ changes, ...said }))

  /** Sends a change of whatever kind, signed and with its key, as a step that can be taken back; gives its revision. */
  async function record(content: unknown, what: string, put: (said: Act) => Promise<{ revision: number }>): Promise<number> {
    busy.value = true
    register.own = 'under way'
    const said = act(content)
    try {
      const { revision } = await reach(() => put(said))
      register.own = revision
      done.value = [...done.value, { revision, what }]
      undone.value = []
      return revision
    } catch (cause) {
      register.own = null
      throw cause
    } finally {
      busy.value = false
    }
  }

  /**
   * Has the server do something that it decides on by itself, as one change set; `content` and `why` say what is sent,
   * so that the same sent again is done once, and `what` names it for undo.
   */
  async function perform<T extends { revision: number }>(content: unknown, what: string, why: string, send: (said: Act) => Promise<T>): Promise<T> {
    busy.value = true
    register.own = 'under way'
    const said = act(content, why)
    try {
      const answer = await reach(() => send(said))
      register.own = answer.revision
      done.value = [...done.value, { revision: answer.revision, what }]
      undone.value = []
      return answer
    } catch (cause) {
      register.own = null
      throw cause
    } finally {
      busy.value = false
    }
  }

  /** Takes the last step back by its inverse; gives the step and the revision in which that stands. */
  async function turn(way: 'undo' | 'redo', why: (step: Step) => string): Promise<{ step: Step; revision: number } | null> {
    const [from, to] = way === 'undo' ? [done, undone] : [undone, done]
    const step = from.value.at(-1)
    if (!step || busy.value) return null
    busy.value = true
    register.own = 'under way'
    try {
      const said = act(['undo', step.revision], why(step))
      const { revision } = await reach(() => api.undo(step.revision, said))
      register.own = revision
      from.value = from.value.slice(0, -1)
      to.value = [...to.value, { ...step, revision }]
      return { step, revision }
    } catch (cause) {
      register.own = null
      if (!(cause instanceof Problem && NOT_TAKEN_BACK.includes(cause.code))) throw cause
      refused.value = { way, step, problem: cause }
      return null
    } finally {
      busy.value = false
    }
  }
  /** Leaves the refused step out, so that the ones before it can be taken back. */
  function skip(): void {
    const step = refused.value?.step
    refused.value = null
    done.value = done.value.filter((one) => one !== step)
    undone.value = undone.value.filter((one) => one !== step)
  }
  const undo = (why: (step: Step) => string) => turn('undo', why)
  const redo = (why: (step: Step) => string) => turn('redo', why)

  return { reason, document, sitting, busy, done, undone, refused, conflict, complete, sign, start, stop, commit, create, remove, post, record, perform, undo, redo, skip }
})
