import { expect, it } from 'vitest'
import { settled, startApplication } from '../support/application.ts'

it('bytes that are not what they claim are quarantined before anything decodes them, though no row saw them arrive', async () => {
  await using application = await startApplication()
  const { rindle } = application
  const page = Buffer.from('<!doctype html><script>alert(1)</script>'.padEnd(5_000, ' '))
  const declared = { filename: 'a.jpg', contentType: 'image/jpeg', byteSize: page.byteLength }
  const { session, request } = await rindle.presignedPut('photo', declared)
  const { url, ...options } = request
  await rindle.serveFile(new Request(url, { ...options, body: new Uint8Array(page) }))
  const { asset } = await rindle.verifyCompletion(session.id)
  await application.work()
  const rejected = await settled(rindle, asset.id)
  expect(rejected).toMatchObject({ state: 'quarantined', errorReason: 'unknown_type', variants: [] })
  await expect(rindle.url(rindle.narrow(rejected, 'photo'))).rejects.toMatchObject({ code: 'not_deliverable' })
})
