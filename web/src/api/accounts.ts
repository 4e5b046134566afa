// Who one is here, what one may, and the accounts for those who administer them.
import { answer, call, get } from './client'
import type { Bilingual } from './types'

export interface Grant { role: string; divisions: string[]; lines: string[] }
export interface Me {
  mode: 'open' | 'demo' | 'accounts'
  name: string | null
  login: string | null
  must_change: boolean
  plays: string | null
  roles: { id: string; title: Bilingual; divisions: string[]; lines: string[] }[]
  may: { id: string; everywhere: boolean; divisions: string[]; lines: string[] }[]
  sees: 'public' | 'internal' | 'secret'
}
export interface Role { id: string; title: Bilingual; sees: string; bounds: 'none' | 'division' | 'line'; may: string[] }
export interface RightsTable { rights: { id: string; title: Bilingual }[]; roles: Role[] }
export interface Person {
  id: string
  login: string
  name: string
  roles: Grant[]
  disabled: boolean
  successor: string | null
  must_change: boolean
  locked_seconds: number
  last: string | null
}
export interface Access { at: string; person: string | null; login: string | null; kind: 'logged_in' | 'refused' | 'logged_out' | 'read_secret' | 'account'; about: string; address: string; agent: string }
export interface Made { person: Person; password: string }
export interface Key { id: string; kind: 'session' | 'token'; about: string; made: string; seen: string; ends: string; own: boolean }

const ROOT = '/api/v1'
const part = encodeURIComponent
// The header says to the server that the request is a page's own: no other site can add it.
const HEADERS = { 'Content-Type': 'application/json', 'X-Requested-With': 'boundstone' }
const sent = (method: string, body: unknown): RequestInit => ({ method, headers: HEADERS, body: JSON.stringify(body) })

export const accounts = {
  me: () => get<Me>(`${ROOT}/me`),
  rights: () => get<RightsTable>(`${ROOT}/rights`),
  logIn: (login: string, password: string) => call<Me>(`${ROOT}/login`, sent('POST', { login, password })),
  logOut: async () => { await answer(`${ROOT}/logout`, sent('POST', {})) },
  play: (role: string | null) => call<Me>(`${ROOT}/me/role`, sent('PUT', { role })),
  password: async (old: string, fresh: string) => { await answer(`${ROOT}/me/password`, sent('PUT', { old, new: fresh })) },
  sessions: () => get<{ keys: Key[] }>(`${ROOT}/me/sessions`),
  end: async (key: string) => { await answer(`${ROOT}/me/sessions/${part(key)}`, sent('DELETE', {})) },
  accesses: (sought: { person?: string; from?: string; to?: string; limit?: number }) => get<{ accesses: Access[] }>(`${ROOT}/accesses`, { ...sought }),
  people: () => get<{ people: Person[] }>(`${ROOT}/people`),
  add: (login: string, name: string) => call<Made>(`${ROOT}/people`, sent('POST', { login, name })),
  reset: (id: string) => call<Made>(`${ROOT}/people/${part(id)}/password`, sent('PUT', {})),
  disable: (id: string, disabled: boolean) => call<Person>(`${ROOT}/people/${part(id)}`, sent('PATCH', { disabled })),
  handOver: (id: string, to: string) => call<Person>(`${ROOT}/people/${part(id)}/hand-over`, sent('POST', { to })),
  grant: (id: string, roles: Grant[]) => call<Person>(`${ROOT}/people/${part(id)}/roles`, sent('PUT', { roles })),
}
