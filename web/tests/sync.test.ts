import { createPinia, setActivePinia } from 'pinia'
import { beforeEach, describe, expect, it } from 'vitest'
import { nextTick } from 'vue'
import { createMemoryHistory, createRouter, type Router } from 'vue-router'
import { syncAddress } from '../src/state/sync'
import { useView } from '../src/state/view'

const settled = () => new Promise((resolve) => { setTimeout(resolve, 20) })

describe('view and address', () => {
  let router: Router
  beforeEach(async () => {
    setActivePinia(createPinia())
    const component = { render: () => null }
    router = createRouter({ history: createMemoryHistory(), routes: [{ path: '/map', component }, { path: '/log', component }] })
    await router.push('/map?at=102.70000,25.05000,13')
    syncAddress(router)
    useView().flight = null
  })

  it('follows a map that moves on before the address was written, and never sends it back', async () => {
    const view = useView()
    for (let step = 1; step <= 5; step += 1) {
      view.place = { lon: 102.7 + step / 1000 + 1e-7, lat: 25.05, zoom: 13 }
      await nextTick()
    }
    await settled()
    expect(view.flight).toBeNull()
    expect(router.currentRoute.value.query['at']).toBe('102.70500,25.05000,13')
  })

  it('takes over the address one goes back to', async () => {
    const view = useView()
    view.select({ layer: 'division', id: 'A' })
    await settled()
    expect(router.currentRoute.value.query['sel']).toBe('division/A')
    view.select({ layer: 'division', id: 'B' })
    await settled()
    router.back()
    await settled()
    expect(view.selection).toEqual({ layer: 'division', id: 'A' })
    router.back()
    await settled()
    expect(view.selection).toBeNull()
    router.forward()
    await settled()
    expect(view.selection).toEqual({ layer: 'division', id: 'A' })
  })

  it('carries the view along a plain link', async () => {
    const view = useView()
    view.select({ layer: 'division', id: 'A' })
    await settled()
    await router.push('/log')
    await settled()
    expect(router.currentRoute.value.fullPath).toContain('/log?')
    expect(router.currentRoute.value.query['sel']).toBe('division/A')
  })
})
