// The modes there are, by address. Place, selection and date are in the query (state/address.ts).
import { createRouter, createWebHistory } from 'vue-router'
import LayerPanel from './modes/map/LayerPanel.vue'

// What the first view does not show is fetched when it is gone to.
const AccessPanel = () => import('./modes/access/AccessPanel.vue')
const BoundaryPanel = () => import('./modes/boundary/BoundaryPanel.vue')
const ImportPanel = () => import('./modes/import/ImportPanel.vue')
const LogPanel = () => import('./modes/log/LogPanel.vue')
const NamesPanel = () => import('./modes/names/NamesPanel.vue')
const ZoningPanel = () => import('./modes/zoning/ZoningPanel.vue')
const PeoplePanel = () => import('./modes/accounts/PeoplePanel.vue')
const TablePanel = () => import('./modes/table/TablePanel.vue')

export const router = createRouter({
  history: createWebHistory(),
  routes: [
    { path: '/', redirect: (to) => ({ path: '/map', query: to.query }) },
    { path: '/map', name: 'map', component: LayerPanel },
    { path: '/table/:layer([a-z_]+)?', name: 'table', component: TablePanel },
    {
      path: '/names',
      name: 'names',
      component: NamesPanel,
      children: [
        { path: '', name: 'names-propose', component: () => import('./modes/names/ProposePanel.vue') },
        { path: 'of/:layer([a-z_]+)?/:id([0-9A-Z]{26})?', name: 'names-place', component: () => import('./modes/names/PlacePanel.vue') },
        { path: 'readings', name: 'names-readings', component: () => import('./modes/names/ReadingsPanel.vue') },
        { path: 'findings', name: 'names-findings', component: () => import('./modes/names/NameFindings.vue') },
        { path: 'plates', name: 'names-plates', component: () => import('./modes/names/PlatesPanel.vue') },
        { path: 'signs', name: 'names-signs', component: () => import('./modes/names/SignsPanel.vue') },
        { path: 'codes', name: 'names-codes', component: () => import('./modes/names/CodesPanel.vue') },
      ],
    },
    { path: '/log/:revision(\\d+)?', name: 'log', component: LogPanel },
    {
      path: '/boundary',
      name: 'boundary',
      component: BoundaryPanel,
      children: [
        { path: '', name: 'boundary-lines', component: () => import('./modes/boundary/lines/LinesPanel.vue') },
        { path: 'borders', name: 'boundary-borders', component: () => import('./modes/boundary/borders/BordersPanel.vue') },
        { path: 'findings', alias: 'compare', name: 'boundary-findings', component: () => import('./modes/boundary/findings/FindingsPanel.vue') },
        { path: 'rounds/:round(new|[0-9A-Z]{26})?/:subject(marker|segment)?/:line?/:key?', name: 'boundary-rounds', component: () => import('./modes/boundary/rounds/RoundsPanel.vue') },
      ],
    },
    {
      path: '/zoning',
      name: 'zoning',
      component: ZoningPanel,
      children: [
        { path: '', name: 'zoning-audit', component: () => import('./modes/zoning/AuditPanel.vue') },
        { path: 'plans/:plan(new|[0-9A-Z]{26})?', name: 'zoning-plans', component: () => import('./modes/zoning/PlansPanel.vue') },
      ],
    },
    {
      path: '/access',
      name: 'access',
      component: AccessPanel,
      redirect: (to) => ({ path: '/access/now', query: to.query }),
      children: [
        { path: 'now/:of([a-z][a-z0-9_~.-]*)?', name: 'access-now', component: () => import('./modes/access/CoverageView.vue') },
        { path: 'plan/:of([a-z][a-z0-9_~.-]*)?', name: 'access-plan', component: () => import('./modes/access/PlanPanel.vue') },
        { path: 'siting/:of([a-z][a-z0-9_~.-]*)?/:run([0-9A-Z]{26})?', name: 'access-siting', component: () => import('./modes/access/SitingPanel.vue') },
      ],
    },
    { path: '/import/:what(upload|draft)?/:id([0-9A-Z]{26})?', name: 'import', component: ImportPanel },
    { path: '/people', name: 'people', component: PeoplePanel },
    { path: '/:rest(.*)*', redirect: '/map' },
  ],
})
