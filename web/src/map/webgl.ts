// Whether this browser may be able to draw the map.

/**
 * False where WebGL2 is plainly missing. No context is made for the question (that takes half a second
 * without a graphics card): where there is none to be had, making the map fails, and that is heard.
 * `?webgl=off` in the address switches it off for a trial.
 */
export function mayHaveWebgl2(): boolean {
  return new URLSearchParams(location.search).get('webgl') !== 'off' && 'WebGL2RenderingContext' in window
}
