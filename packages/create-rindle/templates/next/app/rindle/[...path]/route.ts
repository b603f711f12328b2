import { rindleRoutes } from '@rindle/http/next'
import { owner } from '../../../media/gallery.ts'
import { rindle } from '../../../media/rindle.ts'

export const { GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS } = rindleRoutes(rindle, {
  actor: () => owner, // your signed-in user
  authorizeUpload: () => ({ owner }), // the owner of the gallery
})
