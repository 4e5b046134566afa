// What this browser remembers between visits. Where storage is switched off nothing is kept, and nothing fails.

export function stored(key: string, fallback = ''): string {
  try {
    return localStorage.getItem(key) ?? fallback
  } catch {
    return fallback
  }
}

/** Keeps a text; `null` forgets it. */
export function store(key: string, value: string | null): void {
  try {
    if (value === null) localStorage.removeItem(key)
    else localStorage.setItem(key, value)
  } catch {
    // storage switched off: nothing is kept
  }
}
