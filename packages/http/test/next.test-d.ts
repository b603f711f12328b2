import { defineProfile, type JobsAdapter, type Rindle, rindleFromEnv, type StorageAdapter } from '@rindle/core'
import { registerRindle, rindleRoutes } from '@rindle/http/next'

const avatar = defineProfile({
  storage: 'main',
  accept: { types: ['image/*'], maxBytes: 1 },
  slots: { avatar: 'one' },
})
declare const rindle: Rindle<{ readonly avatar: typeof avatar }>

const { GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS } = rindleRoutes(rindle, {
  actor: async () => ({ id: 7 }),
  authorizeUpload: ({ actor, profile, slot }) => {
    const place: 'avatar' | undefined = slot
    // @ts-expect-error There is no such profile.
    if (profile === 'avtar' || place === undefined) return false
    return { owner: { type: 'user', id: actor.id } }
  },
})
// What Next checks of a route.
const routes: readonly ((request: Request, context: { readonly params: Promise<unknown> }) => Promise<Response>)[] = [
  GET,
  HEAD,
  POST,
  PUT,
  PATCH,
  DELETE,
  OPTIONS,
]
void routes

rindleRoutes(rindle, { actor: () => ({ name: 'ada' }), actorId: ({ name }) => name })
// @ts-expect-error An actor without an id.
rindleRoutes(rindle, { actor: () => ({ name: 'ada' }) })

const register: () => Promise<void> = registerRindle(async () => ({ default: rindle }))
void register

declare const main: StorageAdapter
declare const jobs: JobsAdapter

const made = rindleFromEnv(['DATABASE_URL'], (env) => ({
  database: env.DATABASE_URL,
  storages: { main },
  jobs,
  profiles: { avatar },
}))
const typed: Rindle<{ readonly avatar: typeof avatar }> = made
void typed

rindleFromEnv(['DATABASE_URL'], (env) => ({
  // @ts-expect-error A variable that is not on the list.
  database: env.DATABASE_ULR,
  storages: { main },
  jobs,
  profiles: { avatar },
}))
rindleFromEnv(['DATABASE_URL'], (env) => ({
  database: env.DATABASE_URL,
  storages: { other: main },
  jobs,
  // @ts-expect-error The storage of the profile is not there.
  profiles: { avatar },
}))
