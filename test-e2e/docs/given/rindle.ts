import { createRindle, defineProfile } from '@rindle/core'
import { pgBossJobs } from '@rindle/jobs-pgboss'
import { avProcessor } from '@rindle/processor-av'
import { imageProcessor } from '@rindle/processor-image'
import { localStorage } from '@rindle/storage-local'

// The instance that pages import where they do not write one of their own.
const picture = { types: ['image/*'], maxBytes: 20_000_000 }

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
        thumb: { mode: 'crop', width: 160, height: 160, format: 'webp' },
        large: { mode: 'fit', width: 1024, format: 'webp' },
      },
      slots: ['avatar'],
    }),
    photo: defineProfile({
      storage: 'main',
      accept: picture,
      variants: { thumb: { mode: 'crop', width: 320, height: 320, format: 'webp' } },
      slots: ['gallery'],
    }),
    lesson: defineProfile({
      storage: 'main',
      accept: { types: ['video/*', 'audio/*'], maxBytes: 2_000_000_000 },
      variants: {
        video: { kind: 'video', preset: 'web_720p' },
        poster: { kind: 'image', preset: 'video_poster_scene' },
      },
      slots: ['video'],
    }),
  },
})
