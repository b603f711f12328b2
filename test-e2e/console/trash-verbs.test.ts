import { defineProfile } from '@rindle/core'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { quickProcessor } from '../model/quick-processor.ts'
import { type Application, settled, startApplication } from '../support/application.ts'
import { quadrants } from '../support/pictures.ts'
import { type Operator, operatorOf } from './operator.ts'

const profiles = {
  photo: defineProfile({
    storage: 'main',
    accept: { types: ['image/*'], maxBytes: 1_000_000 },
    slots: { cover: 'one' },
  }),
}

let application: Application<typeof profiles>
let ana: Operator

beforeAll(async () => {
  application = await startApplication({ profiles, processors: [quickProcessor()] })
  ana = operatorOf(application.rindle)
  await application.work()
})
afterAll(async () => application[Symbol.asyncDispose]())

async function photo() {
  const { id } = await application.rindle.upload('photo', await quadrants(8, 8), { filename: 'a.jpg' })
  return settled(application.rindle, id)
}

const log = async () => (await application.rindle.operatorActions()).actions

it('an asset goes into the trash, is held there, and comes back, by their forms', async () => {
  const { rindle } = application
  const owner = { type: 'member', id: 7 }
  const [first, second] = [await photo(), await photo()]
  await rindle.attach({ id: first.id, profile: 'photo' }, owner, 'cover')
  const ask = await ana.get(`/verbs/trash?id=${first.id}`)
  expect(ask.text).toMatch(/Detached[\s\S]*?1/)
  expect((await ana.confirm(`/verbs/trash?id=${first.id}`)).status).toBe(303)
  expect((await ana.get('/assets?state=trashed')).text).toContain(first.id)
  const page = (await ana.get(`/assets/${first.id}`)).text
  expect(page).toContain('This asset is in the trash')
  expect(page).toContain('member 7 · cover, 1')
  expect(page).toContain(`/verbs/restore?id=${first.id}`)

  expect((await ana.get(`/verbs/hold?id=${first.id}`)).text).toContain('Give a reason for the hold.')
  expect((await ana.confirm(`/verbs/hold?id=${first.id}&holdReason=attached+case+7&until=2999-01-01`)).status).toBe(303)
  const held = (await ana.get(`/assets/${first.id}`)).text
  expect(held).toContain('case 7')
  expect(held).not.toContain('/verbs/purgeAsset')
  const refused = (await ana.get(`/verbs/purgeAsset?id=${first.id}`)).text
  expect(refused).toContain('is on hold')
  // The reason that a person gave does not decide which ways the page offers.
  expect(refused).not.toContain('detach=1')

  await rindle.attach({ id: second.id, profile: 'photo' }, owner, 'cover')
  const taken = (await ana.get(`/verbs/restore?id=${first.id}`)).text
  expect(taken).toContain('cannot return to its place')
  expect(taken).toContain('whenTaken=replace')
  expect((await ana.confirm(`/verbs/restore?id=${first.id}&whenTaken=skip`)).status).toBe(303)
  expect((await rindle.asset(first.id))?.state).toBe('ready')
  expect((await ana.confirm(`/verbs/unhold?id=${first.id}`)).status).toBe(303)
  expect((await log()).map(({ verb, numbers }) => [verb, numbers])).toMatchObject([
    ['unhold', { ended: 1 }],
    ['restore', { restored: 1, attached: 0, skipped: 1 }],
    ['hold', { held: 1 }],
    ['trash', { trashed: 1, detached: 1 }],
  ])
})
