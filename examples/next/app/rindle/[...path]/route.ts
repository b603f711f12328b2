import { createHandler } from '@rindle/http'
import { currentMember } from '../../../data/session.ts'
import { rindle } from '../../../media/rindle.ts'

const handler = createHandler(rindle, {
  basePath: '/rindle',
  actor: () => currentMember(),
  // The actions that use the files attach them later, so a refused upload takes nobody's slot.
  authorizeUpload: () => true,
  // Members see what members have uploaded.
  canView: () => true,
})

export { handler as DELETE, handler as GET, handler as HEAD, handler as POST, handler as PUT }
