import { createHandler } from '@rindle/http'
import { currentMember } from '../../../data/session.ts'
import { memberOwner } from '../../../media/owners.ts'
import { rindle } from '../../../media/rindle.ts'

const handler = createHandler(rindle, {
  basePath: '/rindle',
  actor: () => currentMember(),
  // An avatar is its member's as soon as it has arrived. Photos and recordings are attached by the forms that name them.
  authorizeUpload: ({ actor, profile }) => profile !== 'avatar' || { owner: memberOwner(actor.id) },
  // Members see what members have uploaded.
  canView: () => true,
})

export { handler as DELETE, handler as GET, handler as HEAD, handler as POST, handler as PUT }
