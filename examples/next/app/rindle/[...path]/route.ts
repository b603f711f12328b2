import { rindleRoutes } from '@rindle/http/next'
import { currentMember } from '../../../data/session.ts'
import { rindle } from '../../../media/rindle.ts'

export const { DELETE, GET, HEAD, POST, PUT } = rindleRoutes(rindle, {
  actor: () => currentMember(),
  // The actions that use the files attach them later, so a refused upload takes nobody's slot.
  authorizeUpload: () => true,
  // Members see what members have uploaded.
  canView: () => true,
})
