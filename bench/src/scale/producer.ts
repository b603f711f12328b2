import { setTimeout as delay } from 'node:timers/promises'
import type { ReceivedUpload } from '@rindle/core'
import pg from 'pg'
import { serveSide } from '../serve-side.ts'
import { scaleApplication } from './application.ts'
import type { ScaleRound, ScaleSetup } from './setup.ts'

// More often, and the polling would take the workers a twentieth of their time.
const POLL_INTERVAL_MS = 200

// A process that takes uploads and works on none; it polls the rows for the results of the workers.
serveSide(async (setup) => {
  const rindle = scaleApplication(setup as ScaleSetup)
  await rindle.start()
  const pool = new pg.Pool({ connectionString: (setup as ScaleSetup).database.poolerUrl, max: 1 })
  return {
    round: async (input) => {
      const { photographs } = input as ScaleRound
      const received: ReceivedUpload<'photo'>[] = []
      for (const path of photographs) received.push(await rindle.receive('photo', path))
      const begin = performance.now()
      await Promise.all(received.map((upload) => rindle.register(upload)))
      const ids = received.map(({ assetId }) => assetId)
      while (!(await areAllReady(pool, ids))) await delay(POLL_INTERVAL_MS)
      const seconds = (performance.now() - begin) / 1000
      const storage = rindle.storageAdapterFor('photo')
      for (const { key } of await Array.fromAsync(storage.list(''))) await storage.delete(key)
      return { perSecond: [photographs.length / seconds] }
    },
    stop: async () => {
      await pool.end()
      await rindle.stop()
    },
  }
})

async function areAllReady(pool: pg.Pool, ids: readonly string[]): Promise<boolean> {
  const { rows } = await pool.query<{ state: string }>(
    'select distinct state from rindle.media_assets where id = any($1::uuid[])',
    [ids],
  )
  const states = rows.map(({ state }) => state)
  if (states.includes('degraded') || states.includes('quarantined')) throw new Error('An asset ended otherwise.')
  return states.length === 1 && states[0] === 'ready'
}
