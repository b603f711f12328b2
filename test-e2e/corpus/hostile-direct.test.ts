import { readFile } from 'node:fs/promises'
import type { AssetWithVariants, Processor } from '@rindle/core'
import { extensionFor } from '@rindle/core/adapter'
import { imageProcessor } from '@rindle/processor-image'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { settled } from '../support/application.ts'
import { quadrants } from '../support/pictures.ts'
import { type S3Application, send, sha256, startS3Application } from '../support/s3-application.ts'
import { corpus, corpusFile, corpusFiles, inParallel } from './corpus-lane.ts'

/** Reasons for which the gate stops bytes, before anything decodes them. */
const GATE_REASONS = ['unknown_type', 'mime_not_allowed', 'extension_mime_mismatch', 'empty_file']

/** Every hostile file poses as a JPEG, by name and by declaration. */
const DISGUISE = { filename: 'photo.jpg', contentType: 'image/jpeg' }

type WayIn = (application: S3Application, bytes: Buffer) => Promise<string>

const waysIn: Readonly<Record<string, WayIn>> = {
  'one PUT': async ({ rindle }, bytes) => {
    const { session, request } = await rindle.presignedPut('photo', DISGUISE)
    expect((await send(request, bytes)).status).toBe(200)
    return (await rindle.verifyCompletion(session.id)).asset.id
  },
  'an upload in parts': async ({ rindle }, bytes) => {
    const options = { ...DISGUISE, byteSize: bytes.byteLength }
    const { session, partSize, partCount } = await rindle.initiateMultipartUpload('photo', options)
    for (let number = 1; number <= partCount; number += 1) {
      const part = bytes.subarray((number - 1) * partSize, number * partSize)
      expect((await send(await rindle.signMultipartPart(session.id, number), part)).status).toBe(200)
    }
    return (await rindle.completeMultipartUpload(session.id)).asset.id
  },
}

describe.skipIf(corpus === '')('hostile files that a browser sends to the store itself', () => {
  let application: S3Application
  const decoded = new Set<string>()
  const watched = (processor: Processor): Processor => ({
    ...processor,
    probe: async (source, options) => {
      decoded.add(source.path)
      return processor.probe(source, options)
    },
    process: async (request) => {
      decoded.add(request.source.path)
      return processor.process(request)
    },
  })

  beforeAll(async () => {
    application = await startS3Application('minio', { processors: [watched(imageProcessor())] })
    await application.work()
  }, 60_000)
  afterAll(async () => application[Symbol.asyncDispose](), 60_000)

  it.each(Object.keys(waysIn))(
    'by %s end quarantined, or are pictures that are made harmless and called what they are',
    { timeout: 300_000 },
    async (name) => {
      const files = (await corpusFiles('hostile')).filter((file) => !file.startsWith('names/'))
      const ended = new Map<string, AssetWithVariants>()
      await inParallel(files, async (file) => {
        const bytes = await readFile(corpusFile('hostile', file))
        if (bytes.byteLength === 0 || bytes.byteLength > 40_000_000) return
        const assetId = await (waysIn[name] as WayIn)(application, bytes)
        ended.set(file, await settled(application.rindle, assetId, 60_000))
      })
      const stopped = [...ended].filter(([, { errorReason }]) => GATE_REASONS.includes(errorReason ?? ''))
      expect(stopped.length).toBeGreaterThan(50)
      for (const [file, { id, kind }] of stopped) {
        const seen = [...decoded].filter((path) => path.includes(id))
        expect([file, kind, seen]).toEqual([file, null, []])
      }
      for (const [file, asset] of ended) {
        if (GATE_REASONS.includes(asset.errorReason ?? '')) continue
        expect([file, asset.contentType]).toEqual([file, expect.stringMatching(/^image\/(?!svg)/)])
        const extension = extensionFor(asset.contentType ?? '')
        expect([file, asset.filename]).toEqual([file, `photo${extension}`])
        expect([file, asset.storageKey.endsWith(extension)]).toEqual([file, true])
        const stored = await application.objects.head(asset.storageKey)
        expect([file, stored?.contentType]).toEqual([file, asset.contentType])
        expect([file, ['ready', 'quarantined'].includes(asset.state)]).toEqual([file, true])
      }
    },
  )

  it('only the hashed bytes are served, even if two files share an etag', { timeout: 60_000 }, async () => {
    const { rindle } = application
    const [first, second] = await Promise.all(
      ['md5coll-1.jpg', 'md5coll-2.jpg'].map((file) => readFile(corpusFile('hostile', 'polyglots', file))),
    )
    for (let round = 0; round < 5; round += 1) {
      const { session, request } = await rindle.presignedPut('photo', DISGUISE)
      await send(request, first)
      const { asset } = await rindle.verifyCompletion(session.id)
      await send(request, second)
      const ended = rindle.narrow(await settled(rindle, asset.id), 'photo')
      await send(request, second)
      expect(ended.state).toBe('ready')
      const served = await fetch(await rindle.url(ended))
      expect(sha256(new Uint8Array(await served.arrayBuffer()))).toBe(ended.checksumSha256)
    }
  })

  it('the worker is alive, and every invariant holds', async () => {
    const { rindle } = application
    const uploaded = await rindle.upload('photo', await quadrants(40, 40), { filename: 'a.jpg' })
    expect((await settled(rindle, uploaded.id)).state).toBe('ready')
    expect((await rindle.checkInvariants()).violations).toEqual([])
  })
})
