// Saving a side's record, and sending those that could not be sent when they were written.
import { ref } from 'vue'
import { Problem } from '../../../api/client'
import { inspections, type Recorded, type Task } from '../../../api/inspections'
import { draftKey, type Draft } from '../../../inspect/drafts'
import { changes } from '../../../inspect/record'
import { keyOf } from '../../../inspect/tasks'
import { useDesk } from '../../../state/desk'
import { useRounds } from '../../../state/rounds'
import { useText } from '../../../text'

export function useSending() {
  const desk = useDesk()
  const rounds = useRounds()
  const { t, title } = useText()
  const sending = ref(false)
  const told = ref('')

  /** Writes one record to the register; the draft is dropped once it stands there. */
  async function save(task: Task, side: string, draft: Draft): Promise<Recorded> {
    const round = rounds.round
    if (!round) throw new Problem(0, {})
    const whose = t(`rounds.sides.${side}`)
    const body = {
      subject: task.subject, line: task.line, key: task.key, side, set: changes(draft.base, draft.sheet, !draft.etag),
      ...(draft.at !== undefined && { at: draft.at }), ...(draft.etag && { etag: draft.etag }),
    }
    const what = t('rounds.whatSave', { side: whose, name: task.name || task.key })
    const why = t('rounds.whySave', { round: round.name, side: whose })
    const done = await desk.perform(['inspect', round.id, body], what, why, (said) => inspections.save(round.id, body, said))
    rounds.keep(draftKey(keyOf(task), side), null)
    return done
  }

  /** Sends all that waits, one after the other; stops where the server is away. */
  async function sendAll(): Promise<void> {
    const round = rounds.round
    if (!round || sending.value) return
    sending.value = true
    told.value = ''
    let sent = 0
    let why = ''
    for (const [key, draft] of Object.entries(rounds.drafts).filter(([, one]) => one.unsent)) {
      const at = key.lastIndexOf('|')
      const task = round.tasks.find((one) => keyOf(one) === key.slice(0, at))
      if (!task) continue
      try {
        await save(task, key.slice(at + 1), draft)
        sent += 1
      } catch (cause) {
        why = cause instanceof Problem ? title(cause.says) : String(cause)
        if (cause instanceof Problem && cause.status === 0) break
      }
    }
    sending.value = false
    told.value = why ? t('rounds.sentSome', { count: sent, left: rounds.unsent, why }) : t('rounds.sent', { count: sent })
    await rounds.loadRound(round.id)
  }
  return { sending, told, save, sendAll }
}
