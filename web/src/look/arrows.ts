// The arrow keys in lists of buttons or links: up and down, Home and End move the focus.

/** Where the focus goes from `at` of `count` things by a key; null where the key means nothing here. */
export function stepTo(key: string, at: number, count: number): number | null {
  if (count === 0) return null
  if (key === 'ArrowDown') return Math.min(at + 1, count - 1)
  if (key === 'ArrowUp') return Math.max(at - 1, 0)
  if (key === 'Home') return 0
  if (key === 'End') return count - 1
  return null
}

/** For the `keydown` of a list: moves the focus among its buttons and links. */
export function moveFocus(event: KeyboardEvent): void {
  const list = event.currentTarget as HTMLElement
  const things = [...list.querySelectorAll<HTMLElement>('button, a')]
  const at = things.indexOf(document.activeElement as HTMLElement)
  const next = at < 0 ? null : stepTo(event.key, at, things.length)
  if (next === null) return
  event.preventDefault()
  things[next]?.focus()
}
