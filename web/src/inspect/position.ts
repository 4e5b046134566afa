// Where one stands: followed while the inspection desk is open, and asked for once when a marker is found. No map here.
import type { LonLat } from '../api/types'

export interface Fix {
  at: LonLat
  /** metres */
  accuracy: number
  /** milliseconds since 1970 */
  taken: number
}

/** Why there is no position; the browser's own sentence is in its own language only. */
export type NoFix = 'denied' | 'unavailable' | 'slow' | 'insecure'

/** A fix of the following is as good as a new one for so long, in milliseconds. */
const FRESH = 3_000
const WAIT = 20_000
const REASONS: Readonly<Record<number, NoFix>> = { 1: 'denied', 2: 'unavailable', 3: 'slow' }

export class Position {
  private watching: number | null = null
  private last: Fix | null = null
  private heard: (fix: Fix) => void = () => undefined
  private failed: (why: NoFix) => void = () => undefined

  /** `source` is null where the browser gives no position, as over plain http. */
  constructor(private readonly source: Geolocation | null, private readonly now: () => number = Date.now) {}

  get follows(): boolean {
    return this.watching !== null
  }

  follow(heard: (fix: Fix) => void, failed: (why: NoFix) => void): void {
    if (this.follows) return
    if (!this.source) {
      failed('insecure')
      return
    }
    this.heard = heard
    this.failed = failed
    this.watch(this.source)
  }

  stop(): void {
    if (this.watching !== null) this.source?.clearWatch(this.watching)
    this.watching = null
    this.last = null
  }

  /** Where one is now. */
  once(): Promise<Fix> {
    const { source, last } = this
    if (!source) return Promise.reject(new Failure('insecure'))
    if (last && this.now() - last.taken < FRESH) return Promise.resolve(last)
    // a browser may answer a second question only when one has moved: the following pauses while it is asked
    const follows = this.follows
    if (follows) this.stop()
    return new Promise<Fix>((resolve, reject) => {
      source.getCurrentPosition((position) => { resolve(this.take(position)) }, (why) => { reject(failure(why)) }, { enableHighAccuracy: true, maximumAge: 0, timeout: WAIT })
    }).finally(() => { if (follows && !this.follows) this.watch(source) })
  }

  private watch(source: Geolocation): void {
    this.watching = source.watchPosition(
      (position) => {
        this.last = this.take(position)
        this.heard(this.last)
      },
      (why) => {
        this.stop()
        this.failed(failure(why).why)
      },
      { enableHighAccuracy: true, maximumAge: 5_000, timeout: WAIT },
    )
  }

  private take({ coords }: GeolocationPosition): Fix {
    return { at: [coords.longitude, coords.latitude], accuracy: coords.accuracy, taken: this.now() }
  }
}

export class Failure extends Error {
  constructor(readonly why: NoFix) {
    super(why)
  }
}
const failure = ({ code }: GeolocationPositionError) => new Failure(REASONS[code] ?? 'unavailable')
/** Why asking failed. */
export const whyNot = (cause: unknown): NoFix => (cause instanceof Failure ? cause.why : 'unavailable')

/** The browser's positions; none over plain http from another machine. */
export const positions = (): Geolocation | null => ('geolocation' in navigator && globalThis.isSecureContext ? navigator.geolocation : null)
