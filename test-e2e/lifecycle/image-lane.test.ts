import { createReadStream } from 'node:fs'
import { readdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { gzipSync } from 'node:zlib'
import { defineProfile, isRindleError, type RindleEvent, type Scanner } from '@rindle/core'
import { image } from '@rindle/processor-image/recipes'
import sharp from 'sharp'
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest'
import { type Application, settled, startApplication } from '../support/application.ts'
import { photoProfiles } from '../support/photo-profiles.ts'
import { quadrants } from '../support/pictures.ts'

const rejecting: Scanner = {
  name: 'policy',
  scan: async ({ filename }) =>
    filename.includes('forbidden') ? { accepted: false, reason: 'Forbidden by policy.' } : { accepted: true },
}
const profiles = {
  ...photoProfiles,
  scanned: defineProfile({
    storage: 'main',
    accept: { types: ['image/jpeg'], maxBytes: 1_000_000 },
    scanners: [rejecting],
  }),
  scans: defineProfile({
    storage: 'main',
    accept: { types: ['image/*', 'image/svg+xml'], maxBytes: 100_000 },
    variants: { thumb: image.crop(8, 8, { format: 'png' }) },
  }),
  tiny: defineProfile({
    storage: 'main',
    accept: { types: ['image/jpeg', 'image/png'], maxBytes: 5_000, maxPixels: 10_000 },
    variants: { thumb: image.crop(8, 8) },
  }),
}

let application: Application<typeof profiles>

beforeAll(async () => {
  application = await startApplication({ profiles })
  await application.work()
})
afterAll(async () => application[Symbol.asyncDispose]())
afterEach(async () => {
  const { violations } = await application.rindle.checkInvariants()
  expect(violations.filter(({ class: violation }) => violation !== 'asset_without_job')).toEqual([])
})

async function storedFiles(): Promise<readonly string[]> {
  const entries = await readdir(join(application.directory, 'storage'), { recursive: true, withFileTypes: true })
  return entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name))
}

async function reasonOf(promise: Promise<unknown>): Promise<unknown> {
  const error = await promise.then(
    () => undefined,
    (cause: unknown) => cause,
  )
  return isRindleError(error, 'upload_rejected') ? error.details['reason'] : error
}

describe('an uploaded photo', () => {
  it('becomes ready, with every declared variant made to its recipe and served by its URL', async () => {
    const { rindle } = application
    const uploaded = await rindle.upload('photo', await quadrants(120, 90), { filename: 'holiday.jpg' })
    expect(uploaded).toMatchObject({ state: 'validating', profile: 'photo', filename: 'holiday.jpg' })

    const asset = rindle.narrow(await settled(rindle, uploaded.id), 'photo')

    expect(asset).toMatchObject({ state: 'ready', kind: 'image', width: 120, height: 90, contentType: 'image/jpeg' })
    const ready = await rindle.readyVariantsFor(asset)
    expect(ready.map(({ name, width, height }) => [name, width, height])).toEqual([
      ['modern', 48, 36],
      ['small', 64, 48],
      ['thumb', 32, 32],
    ])
    for (const variant of ready) {
      const url = await rindle.variantUrl(asset, variant.name as 'thumb')
      const response = await rindle.serveFile(new Request(url ?? ''))
      expect(response.status).toBe(200)
      const bytes = Buffer.from(await response.arrayBuffer())
      expect(bytes.byteLength).toBe(variant.byteSize)
      expect(await sharp(bytes).metadata()).toMatchObject({ width: variant.width, height: variant.height })
    }
  })

  it('is turned as its EXIF orientation says', async () => {
    const { rindle } = application
    const uploaded = await rindle.upload('photo', await quadrants(80, 40, { orientation: 6 }), { filename: 'a.jpg' })
    expect(await settled(rindle, uploaded.id)).toMatchObject({ state: 'ready', width: 40, height: 80 })
  })

  it('announces every step after its commit', async () => {
    const { rindle } = application
    const states: string[] = []
    const off = rindle.on('rindle.asset.state_change', ({ metadata }: RindleEvent<'rindle.asset.state_change'>) => {
      // Events of this asset only: the last event of the previous one may still be on its way.
      if (metadata.profile === 'tiny') states.push(`${metadata.from} → ${metadata.to}`)
    })
    const uploaded = await rindle.upload('tiny', await quadrants(20, 20), { filename: 'a.jpg' })
    await settled(rindle, uploaded.id)
    await vi.waitFor(() => expect(states).toHaveLength(5), { timeout: 5_000 })
    off()
    expect(states).toEqual([
      'validating → analyzing',
      'analyzing → promoting',
      'promoting → available',
      'available → processing',
      'processing → ready',
    ])
  })

  it('can come as a path, bytes, a File, a Node stream, a web stream or a Request', async () => {
    const { rindle } = application
    const bytes = await quadrants(20, 20)
    const path = join(application.directory, 'on-disk.jpg')
    await writeFile(path, bytes)
    const sources = [
      path,
      bytes,
      new File([new Uint8Array(bytes)], 'file.jpg', { type: 'image/jpeg' }),
      createReadStream(path),
      Readable.toWeb(createReadStream(path)) as ReadableStream<Uint8Array>,
      new Request('http://localhost/', { method: 'POST', body: new Uint8Array(bytes) }),
    ]
    const checksums = new Set<string | null>()
    for (const source of sources) {
      const { id, checksumSha256 } = await rindle.upload('tiny', source)
      checksums.add(checksumSha256)
      await settled(rindle, id)
    }
    expect(checksums.size).toBe(1)
  })

  it('leaves an audit trail of every attempt', async () => {
    const { rindle } = application
    const uploaded = await rindle.upload('photo', await quadrants(40, 40), { filename: 'a.jpg' })
    await settled(rindle, uploaded.id)
    const runs = await rindle.prisma.mediaProcessingRun.findMany({ where: { assetId: uploaded.id } })
    const summary = runs.map(({ variantName, state, attempt }) => `${variantName ?? 'promote'} ${state} ${attempt}`)
    expect(summary.toSorted((a, b) => a.localeCompare(b))).toEqual([
      'modern succeeded 1',
      'promote succeeded 1',
      'small succeeded 1',
      'thumb succeeded 1',
    ])
  })
})

describe('a picture of a format that browsers do not show', () => {
  // 24 bits each of one orange pixel, and the byte that fills up its row.
  const bmp = Buffer.from(
    '424d3a0000000000000036000000280000000100000001000000010018000000000004000000' + '00'.repeat(16) + '3264c800',
    'hex',
  )
  const orange = sharp({ create: { width: 32, height: 32, channels: 3, background: 'rgb(200,100,50)' } })
  // A directory of one picture of 32 × 32, and that.
  const iconOf = (png: Buffer): Buffer => {
    const directory = Buffer.alloc(22)
    directory.set([0, 0, 1, 0, 1, 0, 32, 32])
    directory.writeUInt32LE(png.byteLength, 14)
    directory.writeUInt32LE(directory.byteLength, 18)
    return Buffer.concat([directory, png])
  }
  const drawing =
    '<svg xmlns="http://www.w3.org/2000/svg" width="1in" height="1in"><path d="M0 0h96v96H0z" fill="#c86432"/></svg>'

  it.each([
    ['scan.bmp', 'image/bmp', async () => bmp, 1],
    ['favicon.ico', 'image/x-icon', async () => iconOf(await orange.clone().png().toBuffer()), 32],
    ['drawing.svgz', 'image/svg+xml-compressed', async () => gzipSync(drawing), 96],
    [
      'photo.mpo',
      'image/jpeg',
      async () => {
        const jpeg = await orange.clone().jpeg({ chromaSubsampling: '4:4:4', quality: 100 }).toBuffer()
        return Buffer.concat([jpeg, jpeg])
      },
      32,
    ],
  ] as const)('becomes one that they do: %s', async (filename, contentType, bytes, width) => {
    const { rindle } = application
    const uploaded = await rindle.upload('scans', await bytes(), { filename })
    const asset = rindle.narrow(await settled(rindle, uploaded.id), 'scans')
    expect(asset).toMatchObject({ state: 'ready', contentType, filename, width, height: width })
    const response = await rindle.serveFile(new Request((await rindle.variantUrl(asset, 'thumb')) ?? ''))
    const made = await sharp(Buffer.from(await response.arrayBuffer()))
      .removeAlpha()
      .raw()
      .toBuffer()
    for (const [index, value] of [200, 100, 50].entries()) expect(Math.abs((made[index] ?? 0) - value)).toBeLessThan(4)
  })

  it('is downloaded, and never shown, where it may hold script', async () => {
    const { rindle } = application
    const uploaded = await rindle.upload('scans', gzipSync(drawing), { filename: 'a.svgz' })
    const asset = rindle.narrow(await settled(rindle, uploaded.id), 'scans')
    const response = await rindle.serveFile(new Request(await rindle.url(asset)))
    await response.body?.cancel()
    expect(response.headers.get('content-disposition')).toMatch(/^attachment/)
    expect(await reasonOf(rindle.upload('photo', gzipSync(drawing), { filename: 'a.svgz' }))).toBe('mime_not_allowed')
  })

  it('that would come out wrong is quarantined by name', async () => {
    const { rindle } = application
    const deep = await orange.clone().toColourspace('rgb16').tiff({ compression: 'none' }).toBuffer()
    const bits = deep.indexOf(Buffer.from('030103000100', 'hex'))
    // The tag of the compression: ZSTD.
    deep.writeUInt16LE(50_000, bits + 8)
    const uploaded = await rindle.upload('scans', deep, { filename: 'scan.tif' })
    expect(await settled(rindle, uploaded.id)).toMatchObject({ state: 'quarantined', errorReason: 'unsupported_codec' })
  })
})

describe('the gate on the way in', () => {
  it.each([
    ['HTML sent as a PNG', Buffer.from('<!doctype html><script>alert(1)</script>'), 'a.png', 'unknown_type'],
    ['an SVG', Buffer.from('<svg xmlns="http://www.w3.org/2000/svg"/>'), 'a.svg', 'mime_not_allowed'],
    ['an empty file', Buffer.alloc(0), 'a.jpg', 'empty_file'],
    ['an executable', Buffer.from('\x7fELF\x02\x01\x01\0'.padEnd(200, '\0')), 'a.jpg', 'mime_not_allowed'],
  ])('refuses %s and leaves nothing behind', async (_what, bytes, filename, reason) => {
    const before = await storedFiles()
    expect(await reasonOf(application.rindle.upload('tiny', bytes, { filename }))).toBe(reason)
    expect(await storedFiles()).toEqual(before)
  })

  it('cuts a stream as soon as it is larger than accepted, and leaves nothing behind', async () => {
    const before = await storedFiles()
    const head = await quadrants(10, 10)
    let sent = 0
    const endless = Readable.from(
      (async function* () {
        yield head
        for (; sent < 1_000; sent += 1) yield Buffer.alloc(1_000)
      })(),
    )
    expect(await reasonOf(application.rindle.upload('tiny', endless, { filename: 'a.jpg' }))).toBe('max_bytes_exceeded')
    expect(sent).toBeLessThan(100)
    expect(await storedFiles()).toEqual(before)
  })

  it('quarantines what the probe finds too large, before any full decode', async () => {
    const uploaded = await application.rindle.upload('tiny', await quadrants(200, 100), { filename: 'a.jpg' })
    expect(await settled(application.rindle, uploaded.id)).toMatchObject({
      state: 'quarantined',
      errorReason: 'limit_exceeded',
      variants: [],
    })
  })

  it('asks the scanners, and quarantines what they refuse', async () => {
    const { rindle } = application
    const refused = await rindle.upload('scanned', await quadrants(10, 10), { filename: 'forbidden.jpg' })
    expect(await settled(rindle, refused.id)).toMatchObject({
      state: 'quarantined',
      errorReason: 'scanner_rejected:policy',
    })
    const accepted = await rindle.upload('scanned', await quadrants(10, 10), { filename: 'fine.jpg' })
    expect(await settled(rindle, accepted.id)).toMatchObject({ state: 'ready' })
  })

  it('never delivers a quarantined asset', async () => {
    const { rindle } = application
    const uploaded = await rindle.upload('tiny', await quadrants(200, 100), { filename: 'a.jpg' })
    const asset = rindle.narrow(await settled(rindle, uploaded.id), 'tiny')
    await expect(rindle.url(asset)).rejects.toMatchObject({ code: 'not_deliverable' })
    await expect(rindle.variantUrl(asset, 'thumb')).rejects.toMatchObject({ code: 'not_deliverable' })
  })
})

describe('a picture that turns out to be damaged', () => {
  it('is quarantined with the reason as soon as its pixels cannot be decoded', async () => {
    const { rindle } = application
    const bytes = await quadrants(90, 90)
    const truncated = bytes.subarray(0, bytes.byteLength - 400)
    const uploaded = await rindle.upload('tiny', truncated, { filename: 'cut.jpg' })
    const asset = rindle.narrow(await settled(rindle, uploaded.id), 'tiny')
    expect(asset).toMatchObject({ state: 'quarantined', errorReason: 'corrupt_media', width: 90 })
    expect(asset.variants).toMatchObject([{ name: 'thumb', state: 'failed', errorReason: 'corrupt_media', attempt: 1 }])
    await expect(rindle.url(asset)).rejects.toMatchObject({ code: 'not_deliverable' })
  })
})
