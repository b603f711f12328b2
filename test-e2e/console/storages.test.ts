import { join } from 'node:path'
import { defineProfile, mirrored } from '@rindle/core'
import { localStorage } from '@rindle/storage-local'
import { afterAll, beforeAll, expect, it, vi } from 'vitest'
import { type Application, settled, startApplication } from '../support/application.ts'
import { storageIn } from '../support/photo-profiles.ts'
import { quadrants } from '../support/pictures.ts'
import { type Operator, operatorOf } from './operator.ts'

const accept = { types: ['image/*'], maxBytes: 1_000_000 } as const
const before = { photo: defineProfile({ storage: 'main', accept }) }
const after = { photo: defineProfile({ storage: 'archive', accept }) }

let application: Application<typeof before>
let ana: Operator
let ben: Operator

beforeAll(async () => {
  application = await startApplication({ profiles: before })
  const workers = await application.work()
  const { id } = await application.rindle.upload('photo', await quadrants(16, 16), { filename: 'a.png' })
  await settled(application.rindle, id)
  await workers.stop()
  const local = (name: string) =>
    localStorage({
      directory: join(application.directory, name),
      baseUrl: 'http://127.0.0.1/media',
      signingKey: `the key of ${name}, for tests only, of thirty-two characters`,
    })
  const storages = {
    main: storageIn(application.directory),
    archive: mirrored(local('archive'), [local('mirror')]),
  }
  const deployed = await application.another({ profiles: after as unknown as typeof before, storages })
  ana = operatorOf(deployed)
  ben = operatorOf(deployed, () => false, 'ben')
})
afterAll(async () => application[Symbol.asyncDispose]())

/** Those that were not refused. */
const runs = async () => {
  const { actions } = await application.rindle.operatorActions({ verb: 'moveStorage' })
  return actions.filter(({ outcome }) => outcome !== 'refused' && outcome !== 'failed')
}

it('the page of storages shows what is left to move, and leads to the move and its end', async () => {
  const { text } = await ana.get('/storages')
  expect(text).toContain('1 asset left to move')
  expect(text).toContain('local, takes the uploads of photo')
  expect(text).toContain('/admin/maintenance/moveStorage?to=archive&amp;from=main&amp;profile=photo')
  expect(text).toContain('/admin/maintenance/verifyMirrors')
  const shown = (await ben.get('/storages')).text
  expect(shown).toContain('1 asset left to move')
  expect(shown).not.toContain('maintenance/moveStorage?')

  // Run dry, agreed to with its number, and done; its row in the log has the storages.
  const path = '/maintenance/moveStorage?to=archive&from=main&profile=photo'
  expect((await ana.get(path)).text).toContain('<option selected>archive</option>')
  const chosen = { to: 'archive', from: 'main', profile: 'photo' }
  expect((await ana.post('/maintenance/moveStorage', { ...chosen, mode: 'dry' })).status).toBe(303)
  const ask = (await ana.get(path)).text
  expect(ask).toContain('Move storage for real?')
  expect(ask).toContain('rindle move-storage --to archive --from main --profile photo --live')
  expect((await ana.confirm(path)).status).toBe(303)
  await vi.waitFor(async () => {
    expect(await runs()).toMatchObject([
      { dryRun: false, outcome: 'done', scope: chosen, numbers: { found: 1, moved: 1, errors: 0 } },
      { dryRun: true, outcome: 'done', scope: chosen, numbers: { found: 1, moved: 0 } },
    ])
  }, 10_000)
  const moved = (await ana.get('/storages')).text
  expect(moved).not.toContain('left to move')
  expect(moved).toContain('left behind')
  expect(moved).toContain('1 change')
})

it('a move without a target is refused in words, and so is a person who may not', async () => {
  expect((await ana.post('/maintenance/moveStorage', { mode: 'dry' })).text).toContain('There is no storage')
  const refused = await ben.post('/maintenance/moveStorage', { mode: 'dry', to: 'archive', token: 'x' })
  expect(refused.status).toBe(403)
})

it('mirrors are compared, and follow', async () => {
  await ana.post('/maintenance/verifyMirrors', { mode: 'dry' })
  const { text } = await ana.get('/maintenance/verifyMirrors')
  expect(text).toContain('rindle verify-storage --mirror --live')
  expect((await ana.confirm('/maintenance/verifyMirrors')).status).toBe(303)
})
