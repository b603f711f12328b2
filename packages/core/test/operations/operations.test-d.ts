import { createRindle, defineProfile, type JobsAdapter, type StorageAdapter } from '@rindle/core'
import { picture } from '../kinds.ts'

declare const storage: StorageAdapter
declare const jobs: JobsAdapter

const photo = defineProfile({
  storage: 'main',
  accept: { types: ['image/jpeg'], maxBytes: 1_000_000 },
  variants: { thumb: picture({}) },
})
const rindle = createRindle({
  database: 'postgres://localhost/app',
  storages: { main: storage },
  jobs,
  profiles: { photo },
})

// Names are inferred.
void rindle.requeueVariants('id', { variants: ['thumb'] })
void rindle.doctor({ profiles: ['photo'], offline: true })
void rindle.regenerateVariants({ profile: 'photo', variant: 'declared_once' })
void rindle.schedule({ verifyStorage: { profile: 'photo' }, scanOrphans: { cron: '0 5 * * *', live: true } })
void rindle.schedule({ verifyStorage: { checksum: true } })

// @ts-expect-error an unknown variant
void rindle.requeueVariants('id', { variants: ['thum'] })
// @ts-expect-error an unknown profile
void rindle.doctor({ profiles: ['foto'] })
// @ts-expect-error an unknown profile
void rindle.verifyStorage({ profile: 'foto' })
// @ts-expect-error a verb that deletes nothing takes no `live`
void rindle.regenerateVariants({ live: true })
// @ts-expect-error an unknown verb
void rindle.schedule({ cleanupOrphan: { live: true } })
// @ts-expect-error a verb that runs only on request needs a time
void rindle.schedule({ scanOrphans: { live: true } })
// @ts-expect-error only a person may force a verb
void rindle.schedule({ scanOrphans: { cron: '0 5 * * *', live: true, force: true } })
// @ts-expect-error an unknown profile of a scheduled verb
void rindle.schedule({ verifyStorage: { profile: 'foto' } })
