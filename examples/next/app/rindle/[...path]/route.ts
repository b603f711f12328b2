import { createHandler } from '@rindle/http'
import { currentMember } from '../../../data/session.ts'
import { rindle } from '../../../media/rindle.ts'

const handler = createHandler(rindle, {
  basePath: '/rindle',
  actor: () => currentMember(),
  // Files are attached later, by the actions that name them: one that is refused takes no place of another's.
  authorizeUpload: () => true,
  // Members see what members have uploaded.
  canView: () => true,
})

export { handler as DELETE, handler as GET, handler as HEAD, handler as POST, handler as PUT }
