// Puts the page together: tokens, texts, state, routes.
import { createPinia } from 'pinia'
import { createApp } from 'vue'
import App from './App.vue'
import { applyTokens } from './look/tokens'
import './look/page.css'
import './look/print.css'
import { mayHaveWebgl2 } from './map/webgl'
import { router } from './router'
import { syncAddress } from './state/sync'
import { i18n, turnTo } from './text'

if (mayHaveWebgl2()) void import('./map/sheet') // the largest part, fetched while the register answers
applyTokens(document.documentElement)
turnTo(i18n.global.locale.value)
const app = createApp(App).use(createPinia()).use(i18n)
app.use(router)
void router.isReady().then(() => {
  syncAddress(router)
  app.mount('#app')
})
