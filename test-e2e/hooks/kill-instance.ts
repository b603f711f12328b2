import { join } from 'node:path'
import { createRindle, defineProfile, type HookContext, type Rindle, silentLogger } from '@rindle/core'
import { pgBossJobs } from '@rindle/jobs-pgboss'
import { storageIn } from '../support/photo-profiles.ts'

/** Where the instances of the processes that die work. */
export interface KillPlace {
  readonly databaseUrl: string
  readonly directory: string
  readonly webhook: { readonly url: string; readonly secret: string }
}

/** Writes a note in the transaction of the event: the place of an application's own effect. */
const note = ({ tx, event }: HookContext): Promise<unknown> =>
  tx.executeSql('insert into notes (event) values ($1::uuid)', [event.id])

const picture = defineProfile({
  storage: 'main',
  slots: { kept: 'one', shown: 'one' },
  accept: { types: ['image/png'], maxBytes: 1_000_000 },
  on: { uploadCompleted: note, available: note, ready: note, attachmentAdded: note, attachmentRemoved: note },
})

/** An instance with handlers and a webhook; a dead worker's jobs are tried again as early as may be. */
export function killInstance({ databaseUrl, directory, webhook }: KillPlace): Rindle {
  return createRindle({
    database: databaseUrl,
    storages: { main: storageIn(directory) },
    jobs: pgBossJobs({ heartbeatSeconds: 10, retryDelaySeconds: 0, pollingIntervalSeconds: 0.5 }),
    logger: silentLogger,
    workDirectory: join(directory, 'work'),
    profiles: { picture },
    webhooks: [
      {
        name: 'receiver',
        ...webhook,
        events: ['asset.ready', 'attachment.added', 'attachment.removed'],
        allowPrivate: true,
      },
    ],
  }) as unknown as Rindle
}
