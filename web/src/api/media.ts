// Pictures and papers of a record: what it lists, one more, one less.
import { Problem, address, call, get, spoken, unreachable, type When } from './client'
import type { Act, Bilingual, LonLat, ProblemBody } from './types'

export interface MediaItem {
  /** the field that lists it; `extra` for what an import brought along */
  field: string
  entry: string
  title: string
  /** by which it is asked for; null where only a name is known */
  digest: string | null
  media: string | null
  /** whether the file is there */
  kept: boolean
  bytes?: number
  width?: number
  height?: number
  /** when it was taken by the camera's clock */
  taken?: string
  /** where the camera says it was */
  at?: LonLat
  /** metres from there to the record */
  away_m?: number
}

export interface MediaField {
  name: string
  title: Bilingual
  files: 'pictures' | 'papers'
}

export interface MediaList {
  etag: string
  items: MediaItem[]
  fields: MediaField[]
}

export interface MediaAdded {
  revision: number
  entry: string
  digest: string
  etag: string
}

/** Whose pictures. */
export interface Owner {
  layer: string
  id: string
}

const base = ({ layer, id }: Owner) => `/api/v1/layers/${encodeURIComponent(layer)}/records/${encodeURIComponent(id)}/media`

/** Who and why, in headers: their text goes percent-encoded. */
function signed(said: Act, etag: string): Record<string, string> {
  return {
    'If-Match': etag,
    'Change-By': encodeURIComponent(said.by),
    'Change-Reason': encodeURIComponent(said.reason),
    ...(said.document && { 'Change-Document': encodeURIComponent(said.document) }),
    ...(said.idempotency_key && { 'Idempotency-Key': said.idempotency_key }),
  }
}

export const media = {
  list: (of: Owner, when: When, signal?: AbortSignal) => get<MediaList>(base(of), { as_of: when.asOf, revision: when.revision }, signal),
  address: (of: Owner, digest: string, when: When, size?: 'thumb') => address(`${base(of)}/${digest}`, { size, as_of: when.asOf }),
  remove: (of: Owner, item: MediaItem, etag: string, said: Act) =>
    call<{ revision: number; etag: string }>(address(`${base(of)}/${encodeURIComponent(item.digest ?? item.entry)}`, { field: item.field }), { method: 'DELETE', headers: signed(said, etag) }),
  /** Sends a file, with how much of it is through; XMLHttpRequest, since `fetch` does not tell. */
  add(of: Owner, file: File, field: string | null, etag: string, said: Act, progress: (share: number) => void): Promise<MediaAdded> {
    return new Promise((resolve, reject) => {
      const request = new XMLHttpRequest()
      request.open('POST', address(base(of), { name: file.name, field }))
      const headers = { 'Content-Type': 'application/octet-stream', Accept: 'application/json', 'Accept-Language': spoken(), ...signed(said, etag) }
      for (const [name, value] of Object.entries(headers)) request.setRequestHeader(name, value)
      request.upload.addEventListener('progress', (event) => { if (event.total > 0) progress(event.loaded / event.total) })
      request.addEventListener('load', () => {
        let body: unknown = {}
        try {
          body = JSON.parse(request.responseText)
        } catch {
          // an answer that is none of ours: its status says enough
        }
        if (request.status >= 200 && request.status < 300) resolve(body as MediaAdded)
        else reject(new Problem(request.status, body as ProblemBody))
      })
      request.addEventListener('error', () => { reject(unreachable()) })
      request.send(file)
    })
  },
}
