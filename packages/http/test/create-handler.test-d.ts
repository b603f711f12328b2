import { defineProfile, type Rindle } from '@rindle/core'
import { createHandler } from '../src/index.ts'

const avatar = defineProfile({
  storage: 'main',
  accept: { types: ['image/*'], maxBytes: 1 },
  slots: { avatar: 'one' },
})
declare const rindle: Rindle<{ readonly avatar: typeof avatar }>

interface User {
  readonly id: number
  readonly isAdmin: boolean
}
declare function userOf(request: Request): Promise<User | null>

// The application defines the actor; the instance defines profiles and slots.
createHandler(rindle, {
  basePath: '/rindle',
  actor: (request) => userOf(request),
  actorId: (user) => user.id,
  authorizeUpload: ({ actor, profile, slot }) => {
    const name: 'avatar' = profile
    const place: 'avatar' | undefined = slot
    // @ts-expect-error There is no such profile.
    if (profile === 'avtar') return false
    return actor.isAdmin && name === place && { owner: { type: 'user', id: actor.id } }
  },
  canView: ({ actor, asset }) => actor.isAdmin && asset.profile === 'avatar',
  canEdit: ({ actor, asset }) => actor.isAdmin && asset.profile === 'avatar',
})

createHandler(rindle, {
  basePath: '/rindle',
  actor: (request) => userOf(request),
  // @ts-expect-error Users have no such field.
  canView: ({ actor }) => actor.isAdmn,
})

// A handler tells actors apart by their ids.
createHandler(rindle, { basePath: '/rindle', actor: userOf })
createHandler(rindle, { basePath: '/rindle', actor: () => null })
createHandler(rindle, { basePath: '/rindle', actor: async () => ({ name: 'ada' }), actorId: ({ name }) => name })
// @ts-expect-error An actor without an id.
createHandler(rindle, { basePath: '/rindle', actor: async () => ({ name: 'ada' }) })
// @ts-expect-error Actors, some of which have no id.
createHandler(rindle, { basePath: '/rindle', actor: (): User | { readonly name: string } => ({ name: 'ada' }) })
// @ts-expect-error An id that may be missing.
createHandler(rindle, { basePath: '/rindle', actor: (): { readonly id?: string } => ({}) })

// @ts-expect-error A handler is mounted somewhere.
createHandler(rindle, {})

const handler: (request: Request) => Promise<Response> = createHandler(rindle, { basePath: '/' })
void handler
