import { createRindle, defineProfile } from '@rindle/core'
import { pgBossJobs } from '@rindle/jobs-pgboss'
import { avProcessor } from '@rindle/processor-av'
import { poster, video } from '@rindle/processor-av/recipes'
import { imageProcessor } from '@rindle/processor-image'
import { image } from '@rindle/processor-image/recipes'
import { localStorage } from '@rindle/storage-local'

// The instance that pages import where they do not write one of their own.
const picture = { types: ['image/*'], maxBytes: 20_000_000 } as const

export const rindle = createRindle({
  database: 'postgres://localhost/app',
  storages: { main: localStorage({ directory: 'media', baseUrl: 'http://localhost', signingKey: 'x'.repeat(32) }) },
  processors: [imageProcessor(), avProcessor()],
  jobs: pgBossJobs(),
  profiles: {
    avatar: defineProfile({
      storage: 'main',
      accept: picture,
      variants: {
        thumb: image.crop(160, 160, { format: 'webp' }),
        large: image.fit(1024, null, { format: 'webp' }),
      },
      slots: { avatar: 'one' },
    }),
    photo: defineProfile({
      storage: 'main',
      accept: picture,
      variants: {
        thumb: image.crop(320, 320, { format: 'webp' }),
        hero: image.responsive({ widths: [320, 640, 1280], formats: ['avif', 'jpeg'] }),
      },
      slots: { gallery: 'many' },
    }),
    lesson: defineProfile({
      storage: 'main',
      accept: { types: ['video/*', 'audio/*'], maxBytes: 2_000_000_000 },
      variants: {
        video: video.mp4({ height: 720 }),
        poster: poster(),
      },
      slots: { video: 'one' },
    }),
  },
})
