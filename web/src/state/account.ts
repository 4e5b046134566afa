// Who one is here and what one may. A register without accounts asks nobody.
import { defineStore } from 'pinia'
import { computed, ref, shallowRef } from 'vue'
import { accounts, type Me, type RightsTable } from '../api/accounts'
import { Problem } from '../api/client'
import { useReader } from './reader'

export const useAccount = defineStore('account', () => {
  const me = shallowRef<Me | null>(null)
  const table = shallowRef<RightsTable | null>(null)
  const problem = shallowRef<Problem | null>(null)
  /** whether the form of logging in is open */
  const asking = ref(false)

  const known = computed(() => me.value?.login !== null && me.value?.login !== undefined)
  const may = (right: string): boolean => me.value?.may.some(({ id }) => id === right) ?? true

  function take(fresh: Me): void {
    me.value = fresh
    if (fresh.name !== null) useReader().signs = fresh.name
  }
  /** Does something and keeps why it did not go. */
  async function tried(what: () => Promise<void>): Promise<boolean> {
    problem.value = null
    try {
      await what()
      return true
    } catch (cause) {
      problem.value = cause instanceof Problem ? cause : new Problem(0, { detail: String(cause) })
      return false
    }
  }
  const refresh = () => tried(async () => {
    take(await accounts.me())
    if (me.value?.mode !== 'open' && table.value === null) table.value = await accounts.rights()
  })
  // What is shown goes by who one is: the page begins anew, with nothing left of what another saw.
  const anew = () => { window.location.reload() }
  const logIn = (login: string, password: string) => tried(async () => {
    take(await accounts.logIn(login, password))
    if (!(me.value?.must_change ?? false)) anew()
  })
  const logOut = () => tried(async () => {
    await accounts.logOut()
    anew()
  })
  const play = (role: string | null) => tried(async () => {
    await accounts.play(role)
    anew()
  })
  const changePassword = (old: string, fresh: string) => tried(async () => {
    await accounts.password(old, fresh)
    anew()
  })
  return { me, table, problem, asking, known, may, refresh, logIn, logOut, play, changePassword }
})
