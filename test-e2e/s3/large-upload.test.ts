import { fork } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { settled } from '../support/application.ts'
import type { PartOrder } from '../support/part-sender-program.ts'
import { byRunLength } from '../support/run-length.ts'
import { type S3Application, startS3Application } from '../support/s3-application.ts'

const GIBIBYTE = 1024 ** 3
const isAsked = byRunLength('an upload of 6 GB', { sample: false, short: false, long: true })
if (!isAsked) console.warn('Skipped: an upload of 6 GB runs when RINDLE_RUNS=long (20 GB of disk, some minutes).')

describe.skipIf(!isAsked)('an upload of 6 GB', () => {
  let application: S3Application

  beforeAll(async () => {
    application = await startS3Application('minio')
  }, 60_000)
  afterAll(async () => application[Symbol.asyncDispose](), 120_000)

  it('arrives in parallel parts and is promoted in bounded memory', { timeout: 1_200_000 }, async () => {
    const { rindle } = application
    const byteSize = 6 * GIBIBYTE
    const options = { filename: 'archive.pdf', contentType: 'application/pdf', byteSize }
    const { session, partSize, partCount } = await rindle.initiateMultipartUpload('document', options)
    const baseline = process.memoryUsage.rss()
    let peak = baseline
    const watch = setInterval(() => {
      peak = Math.max(peak, process.memoryUsage.rss())
    }, 50)
    const client = fork(fileURLToPath(new URL('../support/part-sender-program.ts', import.meta.url)))
    const sent = new Map<number, PromiseWithResolvers<number>>()
    client.on('message', ({ partNumber, status }: { partNumber: number; status: number }) => {
      sent.get(partNumber)?.resolve(status)
    })
    let next = 1
    const sender = async (): Promise<void> => {
      while (next <= partCount) {
        const partNumber = next++
        const order: PartOrder = {
          partNumber,
          byteSize: Math.min(partSize, byteSize - (partNumber - 1) * partSize),
          request: await rindle.signMultipartPart(session.id, partNumber),
        }
        const answer = Promise.withResolvers<number>()
        sent.set(partNumber, answer)
        client.send(order)
        expect(await answer.promise).toBe(200)
      }
    }
    await Promise.all([sender(), sender(), sender(), sender()])
    client.disconnect()
    await rindle.completeMultipartUpload(session.id)
    await application.work()
    const asset = await settled(rindle, session.assetId, 1_000_000)
    clearInterval(watch)
    expect(asset).toMatchObject({ state: 'ready', byteSize })
    console.log(`6 GiB: ${Math.round((peak - baseline) / 1024 ** 2)} MB above the baseline at most.`)
    expect(peak - baseline).toBeLessThan(200 * 1024 ** 2)
  })
})
