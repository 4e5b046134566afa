// Whether this browser can draw the map at all.

/** True where a WebGL2 context can be had. `?webgl=off` in the address switches it off for a trial. */
export function hasWebgl2(): boolean {
  if (new URLSearchParams(location.search).get('webgl') === 'off') return false
  try {
    const context = document.createElement('canvas').getContext('webgl2')
    context?.getExtension('WEBGL_lose_context')?.loseContext()
    return context !== null
  } catch {
    return false
  }
}
