import type { AssetChange } from '@rindle/core'
import pg from 'pg'
import { afterAll, beforeAll, expect, it, vi } from 'vitest'
import { type Application, settled, startApplication } from '../support/application.ts'
import type { photoProfiles } from '../support/photo-profiles.ts'
import { quadrants } from '../support/pictures.ts'

let application: Application<typeof photoProfiles>

beforeAll(async () => {
  application = await startApplication()
})
afterAll(async () => application[Symbol.asyncDispose]())

it('a subscriber hears every change of its asset from another process, and of no other asset', async () => {
  const { rindle } = application
  const worker = await application.another()
  await worker.work()
  const picture = await quadrants(40, 40)
  const received = await rindle.receive('photo', picture, { filename: 'a.jpg' })
  const changes: AssetChange[] = []
  const subscription = await rindle.subscribe({ assetId: received.assetId }, (change) => void changes.push(change))
  const stranger = await rindle.upload('photo', picture, { filename: 'b.jpg' })
  await rindle.register(received)
  await settled(rindle, stranger.id)
  await settled(rindle, received.assetId)
  await vi.waitFor(() => expect(changes.at(-1)).toMatchObject({ type: 'asset', state: 'ready' }), { timeout: 5_000 })
  await subscription.close()

  expect(changes.every(({ assetId }) => assetId === received.assetId)).toBe(true)
  const states = changes.flatMap((change) => (change.type === 'asset' ? [change.state] : []))
  expect(states).toEqual(['analyzing', 'promoting', 'available', 'processing', 'ready'])
  const thumb = changes.flatMap((change) =>
    change.type === 'variant' && change.variantName === 'thumb' ? [`${change.state} ${change.progress}`] : [],
  )
  expect(thumb).toEqual(['processing 0', 'ready 100'])
})

it('a subscriber is asked to read again after its connection was lost', async () => {
  const { rindle } = application
  const uploaded = await rindle.upload('photo', await quadrants(20, 20), { filename: 'a.jpg' })
  const changes: AssetChange[] = []
  const subscription = await rindle.subscribe({ assetId: uploaded.id }, (change) => void changes.push(change))
  const admin = new pg.Client({ connectionString: application.databaseUrl })
  await admin.connect()
  await admin.query(
    `select pg_terminate_backend(pid) from pg_stat_activity
     where datname = current_database() and query ilike 'listen%rindle_changes%' and pid <> pg_backend_pid()`,
  )
  await admin.end()
  await vi.waitFor(() => expect(changes).toContainEqual({ type: 'refresh', assetId: uploaded.id }), { timeout: 10_000 })
  await subscription.close()
})
