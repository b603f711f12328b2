import { createRindle, defineProfile, isDeliverable } from '@rindle/core'
import { pgBossJobs } from '@rindle/jobs-pgboss'
import { imageProcessor } from '@rindle/processor-image'
import { image } from '@rindle/processor-image/recipes'
import { localStorage } from '@rindle/storage-local'

const { DATABASE_URL = '', RINDLE_SIGNING_KEY = '' } = process.env

const avatar = defineProfile({
  storage: 'main',
  accept: { types: ['image/jpeg', 'image/png', 'image/webp'], maxBytes: 10_000_000 },
  variants: { thumb: image.crop(160, 160, { format: 'webp' }) },
  slots: { avatar: 'one' },
})

export const rindle = createRindle({
  database: DATABASE_URL,
  storages: {
    main: localStorage({ directory: 'media', baseUrl: 'http://localhost:3000/rindle', signingKey: RINDLE_SIGNING_KEY }),
  },
  processors: [imageProcessor()],
  jobs: pgBossJobs(),
  profiles: { avatar },
})

// A form came in. Bytes are checked as they stream; row, job and the place as this member's avatar commit together.
export async function setAvatar(id: number, picture: File): Promise<void> {
  await rindle.upload('avatar', picture, { filename: picture.name, owner: { type: 'member', id }, slot: 'avatar' })
}

// A page is shown. `null` means that there is nothing to show yet; 'thum' would not compile.
export async function avatarUrl(id: number): Promise<string | null> {
  const held = await rindle.attachmentFor({ type: 'member', id }, 'avatar')
  return held && isDeliverable(held.asset.state) ? rindle.variantUrl(held.asset, 'thumb') : null
}
