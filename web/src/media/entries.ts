// What lists of files hold: titles out of entries, what a change added and took off, which files may be sent at all.
import type { MediaItem } from '../api/media'
import type { FieldDef, Json } from '../api/types'

/** `title~digest.ending`, as the register names a file by what is in it. */
const NAMED = /^(.+)~([0-9a-f]{64})\.(jpg|png|webp|pdf)$/

/** What people call a file; an entry that is a bare name is called as it stands. */
export function titleOf(entry: string): string {
  return NAMED.exec(entry)?.[1] ?? entry
}

const entriesOf = (value: Json | undefined): string[] => (Array.isArray(value) ? value.filter((one): one is string => typeof one === 'string') : [])

/** What a change of a list of files added and took off, by title. */
export function turned(before: Json | undefined, after: Json | undefined): { added: string[]; removed: string[] } {
  const [was, is] = [entriesOf(before), entriesOf(after)]
  return {
    added: is.filter((entry) => !was.includes(entry)).map(titleOf),
    removed: was.filter((entry) => !is.includes(entry)).map(titleOf),
  }
}

/** How many files a record lists, in its fields and in what an import brought along. */
export function filesIn(attributes: Record<string, Json>, fields: readonly FieldDef[]): number {
  const own = fields.filter((field) => field.files).reduce((sum, field) => sum + entriesOf(attributes[field.name]).length, 0)
  const { extra } = attributes
  const brought = extra !== null && typeof extra === 'object' && !Array.isArray(extra) ? extra['media'] : undefined
  return own + (Array.isArray(brought) ? brought.length : 0)
}

/** The most bytes of a file that the server takes. */
export const MOST_BYTES = 20 * 1024 * 1024

export type Unfit = 'large' | 'empty' | 'kind'

/** Why a file is not even sent; what its bytes are is the server's to say. */
export function unfit(file: { size: number; type: string; name: string }, papers: boolean): Unfit | null {
  if (file.size === 0) return 'empty'
  if (file.size > MOST_BYTES) return 'large'
  const picture = /^image\/(jpeg|png|webp)$/.test(file.type) || /\.(jpe?g|png|webp)$/i.test(file.name)
  const paper = file.type === 'application/pdf' || /\.pdf$/i.test(file.name)
  return picture || (papers && paper) ? null : 'kind'
}

export const isPicture = (item: MediaItem): boolean => item.kept && (item.media?.startsWith('image/') ?? false)

/** The picture after or before one, round the end. */
export function beside(count: number, at: number, by: 1 | -1): number {
  return count === 0 ? 0 : (at + by + count) % count
}

/** Bytes as people say them. */
export function size(bytes: number): string {
  if (bytes < 1024) return `${String(bytes)} B`
  const kb = bytes / 1024
  return kb < 1024 ? `${String(Math.round(kb))} KB` : `${(kb / 1024).toFixed(1)} MB`
}
