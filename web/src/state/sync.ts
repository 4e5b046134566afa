// Keeps the address bar and the view the same: selections and dates are steps one can go back over,
// moving the map only replaces the current step.
import { watch } from 'vue'
import type { Router } from 'vue-router'
import { readView, sameView, writeView, type View } from './address'
import { useView } from './view'

export function syncAddress(router: Router): void {
  const view = useView()
  const current = (): View => ({
    place: view.place,
    selection: view.selection,
    asOf: view.asOf,
    hidden: [...view.hidden],
  })

  const take = () => {
    const wanted = readView(router.currentRoute.value.query)
    if (sameView(wanted, current())) return
    if (wanted.place && JSON.stringify(wanted.place) !== JSON.stringify(view.place)) {
      view.flyTo({ at: [wanted.place.lon, wanted.place.lat], zoom: wanted.place.zoom })
      view.place = wanted.place
    }
    view.select(wanted.selection)
    view.asOf = wanted.asOf
    view.hidden = wanted.hidden
  }
  take()
  /** the address that is being made from the view: there is nothing to take from it, or two of them would chase each other */
  let own = ''
  router.afterEach((to, from, failure) => {
    const mine = to.fullPath === own
    if (mine) own = ''
    if (failure || mine || to.fullPath === from.fullPath) return
    // a plain link to another mode carries the view along
    if (Object.keys(to.query).length === 0 && to.path !== from.path) {
      const query = writeView(current())
      if (Object.keys(query).length > 0) void router.replace({ path: to.path, query })
      return
    }
    take()
  })

  const show = (push: boolean) => {
    const route = router.currentRoute.value
    if (sameView(readView(route.query), current())) return
    const next = { path: route.path, query: writeView(current()) }
    own = router.resolve(next).fullPath
    void (push ? router.push(next) : router.replace(next))
  }
  watch([() => view.selection, () => view.asOf], () => { show(true) })
  watch([() => view.place, () => view.hidden], () => { show(false) })
}
