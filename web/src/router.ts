// The modes there are, by address. Place, selection and date are in the query (state/address.ts).
import { createRouter, createWebHistory } from 'vue-router'
import LayerPanel from './modes/map/LayerPanel.vue'

// What the first view does not show is fetched when it is gone to.
const ImportPanel = () => import('./modes/import/ImportPanel.vue')
const LogPanel = () => import('./modes/log/LogPanel.vue')
const TablePanel = () => import('./modes/table/TablePanel.vue')

export const router = createRouter({
  history: createWebHistory(),
  routes: [
    { path: '/', redirect: (to) => ({ path: '/map', query: to.query }) },
    { path: '/map', name: 'map', component: LayerPanel },
    { path: '/table/:layer([a-z_]+)?', name: 'table', component: TablePanel },
    { path: '/log/:revision(\\d+)?', name: 'log', component: LogPanel },
    { path: '/import/:what(upload|draft)?/:id([0-9A-Z]{26})?', name: 'import', component: ImportPanel },
    { path: '/:rest(.*)*', redirect: '/map' },
  ],
})
