// New revisions as they happen (server-sent events), and whether the line to the server stands.
import type { JobEvent } from './imports'
import type { RevisionEvent } from './types'

export interface Listener {
  revision(event: RevisionEvent): void
  /** called on every change of the line; true also on the first opening */
  line(open: boolean): void
  /** a job has gone on; at most four times a second */
  job(event: JobEvent): void
}

/** Listens until the returned function is called. The browser itself reconnects; where it gave up we do. */
export function listen(listener: Listener): () => void {
  let source: EventSource | null = null
  let retry: ReturnType<typeof setTimeout> | undefined
  let stopped = false

  const open = () => {
    source = new EventSource('/api/v1/events')
    source.addEventListener('open', () => {
      listener.line(true)
    })
    source.addEventListener('revision', (message: MessageEvent<string>) => {
      listener.revision(JSON.parse(message.data) as RevisionEvent)
    })
    source.addEventListener('job', (message: MessageEvent<string>) => {
      listener.job(JSON.parse(message.data) as JobEvent)
    })
    source.addEventListener('error', () => {
      listener.line(false)
      if (source?.readyState === EventSource.CLOSED && !stopped) {
        source.close()
        retry = setTimeout(open, 4000)
      }
    })
  }
  open()
  return () => {
    stopped = true
    clearTimeout(retry)
    source?.close()
  }
}
