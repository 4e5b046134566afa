// The office's profiles: how a kind of file is taken.
import { defineStore } from 'pinia'
import { shallowRef } from 'vue'
import { imports, type Profile } from '../api/imports'

export const useProfiles = defineStore('profiles', () => {
  const list = shallowRef<Profile[]>([])

  async function refresh(): Promise<void> {
    list.value = (await imports.profiles()).profiles
  }
  async function keep(profile: Profile): Promise<void> {
    await imports.keepProfile(profile)
    await refresh()
  }
  async function remove(name: string): Promise<void> {
    await imports.dropProfile(name)
    await refresh()
  }
  return { list, refresh, keep, remove }
})
