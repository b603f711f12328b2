import { createRindle, defineProfile } from '@rindle/core'
import { pgBossJobs } from '@rindle/jobs-pgboss'
import { imageProcessor } from '@rindle/processor-image'
import { localStorage } from '@rindle/storage-local'

const { DATABASE_URL = '', MEDIA_SIGNING_KEY = '' } = process.env

const avatar = defineProfile({
  storage: 'main',
  accept: { types: ['image/jpeg', 'image/png', 'image/webp'], maxBytes: 10_000_000 },
  variants: {
    thumb: { mode: 'crop', width: 160, height: 160, format: 'webp' },
    large: { mode: 'fit', width: 1024, format: 'webp' },
  },
  slots: ['avatar'],
})

export const rindle = createRindle({
  database: DATABASE_URL,
  storages: {
    main: localStorage({
      directory: 'media',
      baseUrl: 'http://localhost:3000/media',
      signingKey: MEDIA_SIGNING_KEY,
    }),
  },
  processors: [imageProcessor()],
  jobs: pgBossJobs(),
  profiles: { avatar },
})

// A form came in. The bytes are checked while they stream to the storage; then the asset's row, the job that makes its
// variants and its place as this member's avatar commit in one transaction.
export async function setAvatar(memberId: number, picture: File): Promise<void> {
  const owner = { type: 'member', id: memberId }
  await rindle.upload('avatar', picture, { filename: picture.name, owner, slot: 'avatar' })
}

// A page is shown. `null` means that there is nothing to show yet; 'thum' would not compile.
export async function avatarUrl(memberId: number): Promise<string | null> {
  const held = await rindle.attachmentFor({ type: 'member', id: memberId }, 'avatar')
  return held === null ? null : rindle.variantUrl(held.asset, 'thumb')
}
