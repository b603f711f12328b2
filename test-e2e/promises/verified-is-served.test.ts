import { expect, it } from 'vitest'
import { settled, startApplication } from '../support/application.ts'
import { quadrants } from '../support/pictures.ts'

/** An application without workers, and a client of it that may send what it likes to the URL of its upload. */
async function startUpload() {
  const application = await startApplication()
  const { rindle } = application
  const { session, request } = await rindle.presignedPut('photo', { filename: 'a.jpg', contentType: 'image/jpeg' })
  const { url, ...options } = request
  const send = async (bytes: Buffer): Promise<void> => {
    const response = await rindle.serveFile(new Request(url, { ...options, body: new Uint8Array(bytes) }))
    expect(response.ok).toBe(true)
  }
  const served = async (assetId: string): Promise<Buffer> => {
    const asset = rindle.narrow(await settled(rindle, assetId), 'photo')
    const response = await rindle.serveFile(new Request(await rindle.url(asset)))
    return Buffer.from(await response.arrayBuffer())
  }
  return { application, rindle, sessionId: session.id, send, served }
}

it('a PUT after its upload is ready, through the URL that is still valid, does not change what is served', async () => {
  const { application, rindle, sessionId, send, served } = await startUpload()
  await using _ = application
  const picture = await quadrants(40, 30)
  await send(picture)
  const { asset } = await rindle.verifyCompletion(sessionId)
  await application.work()
  await settled(rindle, asset.id)
  await send(await quadrants(30, 40))
  expect((await served(asset.id)).equals(picture)).toBe(true)
})

it('a PUT between the verification and the copy is found out', async () => {
  const { application, rindle, sessionId, send } = await startUpload()
  await using _ = application
  await send(await quadrants(40, 30))
  const { asset } = await rindle.verifyCompletion(sessionId)
  await send(await quadrants(30, 40))
  await application.work()
  expect(await settled(rindle, asset.id)).toMatchObject({
    state: 'quarantined',
    errorReason: 'changed_after_verification',
  })
})
