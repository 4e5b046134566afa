// Adding pictures to a record and taking them off: one change set each, signed and to be undone like every other.
import { ref, shallowRef } from 'vue'
import { Problem } from '../../api/client'
import { media, type MediaAdded, type MediaItem, type Owner } from '../../api/media'
import { unfit } from '../../media/entries'
import { useDesk } from '../../state/desk'
import { useText } from '../../text'

/** A field that lists files. */
export interface FilesField {
  name: string
  title: string
  /** whether PDF stands there, too */
  papers: boolean
}

/** A file that is to be added once there is a record, or once more after a failure. */
export interface Waiting {
  field: string
  file: File
}

interface Of {
  owner(): Owner | null
  etag(): string | null
  called(): string
  /** why, where nobody is to be asked */
  reason(): string | null
  /** whether it has been said who does it and why; asks where it has not */
  sign(): Promise<boolean>
  /** the record lists something else now */
  done(etag: string): Promise<void>
}

const title = (file: File) => file.name.replace(/\.[^.]*$/, '')

export function useMedia(of: Of) {
  const desk = useDesk()
  const { t, title: say } = useText()
  const busy = ref(false)
  const told = shallowRef<{ text: string; undo: boolean } | null>(null)
  const troubles = ref<string[]>([])
  const waiting = shallowRef<Waiting[]>([])

  const sentence = (cause: unknown) => (cause instanceof Problem ? say(cause.says) : String(cause))

  async function add(field: FilesField, files: File[]): Promise<void> {
    told.value = null
    const wrong = files.map((file) => ({ file, why: unfit(file, field.papers) }))
    troubles.value = wrong.flatMap(({ file, why }) => (why ? [t(`media.unfit.${why === 'kind' && field.papers ? 'kindPaper' : why}`, { name: file.name })] : []))
    waiting.value = [...waiting.value, ...wrong.flatMap(({ file, why }) => (why ? [] : [{ field: field.name, file }]))]
    if (of.owner()) await flush()
  }

  /** Sends all that waits, one after the other; what fails waits on, and why is said. */
  async function flush(): Promise<void> {
    const owner = of.owner()
    const begun = of.etag()
    if (!owner || begun === null || busy.value || waiting.value.length === 0) return
    if (!(await of.sign())) return
    busy.value = true
    let etag = begun
    const all = waiting.value
    const failed: string[] = []
    const done = { revision: 0, count: 0 }
    for (const [index, one] of all.entries()) {
      const place = { at: index + 1, of: all.length }
      told.value = { text: t('media.adding', place), undo: false }
      const progress = (share: number) => { told.value = { text: t('media.addingShare', { ...place, share: Math.round(share * 100) }), undo: false } }
      try {
        const tag = etag
        const added: MediaAdded = await desk.perform(
          ['media', owner, one.field, one.file.name, one.file.size, one.file.lastModified, etag] as const,
          t('media.whatAdd', { thing: of.called(), title: title(one.file) }),
          of.reason() ?? desk.reason,
          (said) => media.add(owner, one.file, one.field, tag, said, progress),
        )
        etag = added.etag
        done.revision = added.revision
        done.count += 1
        waiting.value = waiting.value.filter((other) => other !== one)
      } catch (cause) {
        failed.push(t('media.failed', { name: one.file.name, why: sentence(cause) }))
        // a picture that is no picture does not become one by waiting
        if (cause instanceof Problem && [413, 422].includes(cause.status)) waiting.value = waiting.value.filter((other) => other !== one)
        if (cause instanceof Problem && cause.status === 0) break
      }
    }
    told.value = done.count > 0 ? { text: t('media.added', { ...done }), undo: true } : null
    troubles.value = [...troubles.value, ...failed]
    await of.done(etag)
    busy.value = false
  }

  async function remove(item: MediaItem): Promise<void> {
    const [owner, etag] = [of.owner(), of.etag()]
    if (!owner || etag === null || busy.value || !(await of.sign())) return
    busy.value = true
    troubles.value = []
    let now = etag
    try {
      const what = t('media.whatRemove', { thing: of.called(), title: item.title })
      const done = await desk.perform(['media off', owner, item.field, item.entry, etag], what, of.reason() ?? desk.reason, (said) => media.remove(owner, item, etag, said))
      now = done.etag
      told.value = { text: t('media.removed', { title: item.title }), undo: true }
    } catch (cause) {
      troubles.value = [t('media.failed', { name: item.title, why: sentence(cause) })]
    }
    await of.done(now)
    busy.value = false
  }

  return { busy, told, troubles, waiting, add, flush, remove }
}
