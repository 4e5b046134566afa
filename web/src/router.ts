// The two modes there are, by address. Place, selection and date are in the query (state/address.ts).
import { createRouter, createWebHistory } from 'vue-router'
import LayerPanel from './modes/map/LayerPanel.vue'
import LogPanel from './modes/log/LogPanel.vue'

export const router = createRouter({
  history: createWebHistory(),
  routes: [
    { path: '/', redirect: (to) => ({ path: '/map', query: to.query }) },
    { path: '/map', name: 'map', component: LayerPanel },
    { path: '/log/:revision(\\d+)?', name: 'log', component: LogPanel },
    { path: '/:rest(.*)*', redirect: '/map' },
  ],
})
