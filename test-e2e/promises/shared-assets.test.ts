import { expect, it, vi } from 'vitest'
import { settled, startApplication } from '../support/application.ts'
import { quadrants } from '../support/pictures.ts'

it('a purge that was asked for spares an asset that somebody has attached since', async () => {
  await using application = await startApplication()
  const { rindle } = application
  const ann = { type: 'member', id: 1 }
  const ben = { type: 'member', id: 2 }
  const uploaded = await rindle.upload('photo', await quadrants(20, 20), {
    filename: 'a.jpg',
    owner: ann,
    slot: 'avatar',
  })
  await rindle.detach(ann, 'avatar')
  await rindle.attach(uploaded, ben, 'avatar')
  await application.work()
  const purges = () => rindle.prisma.mediaProcessingRun.count({ where: { errorReason: 'attached_or_gone' } })
  const stateOf = async () => (await rindle.asset(uploaded.id))?.state ?? 'deleted'
  await vi.waitFor(async () => expect((await purges()) === 1 || (await stateOf()) === 'deleted').toBe(true), {
    timeout: 10_000,
    interval: 20,
  })
  expect(await stateOf()).not.toBe('deleted')
  expect((await settled(rindle, uploaded.id)).state).toBe('ready')
  expect((await rindle.checkInvariants()).violations).toEqual([])
})
