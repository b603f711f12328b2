import { expect, it } from 'vitest'
import { settled, startApplication } from '../support/application.ts'
import { photo } from '../support/photo-profiles.ts'
import { quadrants } from '../support/pictures.ts'

it('a promotion that comes late moves no asset back, whatever became of it', async () => {
  await using application = await startApplication({
    profiles: {
      photo: {
        ...photo,
        scanners: [
          {
            name: 'slow',
            failMode: 'closed',
            // While it looks at the bytes, somebody else rejects them.
            scan: async ({ assetId }) => {
              await application.rindle.prisma.mediaAsset.update({
                where: { id: assetId },
                data: { state: 'quarantined', errorReason: 'by_another' },
              })
              return { accepted: true }
            },
          },
        ],
      },
    },
  })
  const { rindle } = application
  const { id } = await rindle.upload('photo', await quadrants(20, 20), { filename: 'a.jpg' })
  const workers = await application.work()
  await settled(rindle, id)
  // Waits for the running job.
  await workers.stop()
  expect(await rindle.asset(id)).toMatchObject({ state: 'quarantined', errorReason: 'by_another', variants: [] })
})
