// Sending a file, with how far it is; XMLHttpRequest, since `fetch` does not tell.
import { Problem, spoken, unreachable } from './client'
import type { Upload } from './imports'
import type { ProblemBody } from './types'

export interface Sending {
  /** bytes of this file that are through */
  progress(bytes: number): void
  signal: AbortSignal
}

/** Sends a file: as a new upload, or into one that is there. */
export function sendFile(file: File, into: string | null, { progress, signal }: Sending): Promise<Upload> {
  const name = encodeURIComponent(file.name)
  const path = into === null ? `/api/v1/uploads?name=${name}` : `/api/v1/uploads/${encodeURIComponent(into)}/files?name=${name}`
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
      if (request.status >= 200 && request.status < 300) resolve(read(request.responseText) as unknown as Upload)
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
