// Sending a file, with how far it is; XMLHttpRequest, since `fetch` does not tell.
import type { Upload } from './imports'
import { Problem, spoken, unreachable } from './client'
import type { ProblemBody } from './types'

export interface Sending {
  /** bytes of this file that are through */
  progress(bytes: number): void
  signal: AbortSignal
}

/** Sends a file that is to be imported: as a new upload, or into one that is there. */
export const sendFile = (file: File, into: string | null, sending: Sending): Promise<Upload> => sendTo<Upload>('/api/v1/uploads', file, into, sending)

/** The same to where such files are taken; what came of it. */
export function sendTo<T>(base: string, file: File, into: string | null, { progress, signal }: Sending): Promise<T> {
  const name = encodeURIComponent(file.name)
  const path = into === null ? `${base}?name=${name}` : `${base}/${encodeURIComponent(into)}/files?name=${name}`
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest()
    const stop = () => { request.abort() }
    request.open('POST', path)
    request.setRequestHeader('Content-Type', 'application/octet-stream')
    request.setRequestHeader('Accept', 'application/json')
    request.setRequestHeader('Accept-Language', spoken())
    request.upload.addEventListener('progress', (event) => { progress(event.loaded) })
    request.addEventListener('load', () => {
      signal.removeEventListener('abort', stop)
      if (request.status >= 200 && request.status < 300) resolve(read(request.responseText) as T)
      else reject(new Problem(request.status, read(request.responseText)))
    })
    request.addEventListener('error', () => { reject(unreachable()) })
    request.addEventListener('abort', () => { reject(new DOMException('stopped by hand', 'AbortError')) })
    signal.addEventListener('abort', stop, { once: true })
    request.send(file)
  })
}

function read(text: string): ProblemBody {
  try {
    return JSON.parse(text) as ProblemBody
  } catch {
    return {}
  }
}
