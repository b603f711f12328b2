import { expect, it } from 'vitest'
import { settled, startApplication } from '../support/application.ts'
import { quadrants } from '../support/pictures.ts'

it('a variant that is ready has its object in storage, of the size that its row says', async () => {
  await using application = await startApplication()
  const { rindle, storage } = application
  await application.work()
  const { id } = await rindle.upload('photo', await quadrants(20, 20), { filename: 'a.jpg' })
  const { variants } = await settled(rindle, id)
  expect(variants.map(({ name, state }) => `${name} ${state}`)).toEqual(['modern ready', 'small ready', 'thumb ready'])
  for (const { storageKey, byteSize } of variants) {
    expect(await storage.head(String(storageKey))).toMatchObject({ byteSize })
  }
  expect((await rindle.checkInvariants()).violations).toEqual([])
})
