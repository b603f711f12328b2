import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import type { Processor } from '@rindle/core'
import type { Workers } from '@rindle/core/adapter'
import { imageProcessor } from '@rindle/processor-image'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { settled, startApplication } from '../support/application.ts'
import { quadrants } from '../support/pictures.ts'
import {
  byName,
  type CorpusApplication,
  corpus,
  corpusFile,
  corpusFiles,
  corpusProfiles,
  inParallel,
  type Outcome,
  objectOf,
  outcomeOf,
  problemsOf,
} from './corpus-lane.ts'
import { EXPECTED_HOSTILE, EXPECTED_SVG } from './expected-hostile.ts'

// A process of tests is 250 MB large before it does anything, and an image of 100 megapixels is among the files.
const MAX_RESIDENT_BYTES = 1_000_000_000

/** Which asset each probe and each request to make variants was for. */
interface Calls {
  readonly probe: string[]
  readonly process: string[]
}

/** The same processor, which records its input. */
function counting(processor: Processor, calls: Calls): Processor {
  const assetIdOf = (path: string): string => /[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}/.exec(path)?.[0] ?? ''
  return {
    ...processor,
    probe: async (source, options) => {
      calls.probe.push(assetIdOf(source.path))
      return processor.probe(source, options)
    },
    process: async (request) => {
      calls.process.push(assetIdOf(request.source.path))
      return processor.process(request)
    },
  }
}

describe.skipIf(corpus === '')('files that were made to break things, through the whole pipeline', () => {
  let application: CorpusApplication
  let workers: Workers
  const calls: Calls = { probe: [], process: [] }
  /** The calls for the hostile files alone. */
  let seen: Calls
  const outcomes = new Map<string, Outcome>()

  beforeAll(async () => {
    application = await startApplication({
      profiles: corpusProfiles,
      processors: [counting(imageProcessor(), calls)],
    })
    workers = await application.work()
    const files = (await corpusFiles('hostile')).filter((file) => !file.startsWith('names/'))
    await inParallel(files, async (file) => {
      outcomes.set(file, await outcomeOf(application, corpusFile('hostile', file)))
    })
    seen = { probe: [...calls.probe], process: [...calls.process] }
  }, 300_000)
  afterAll(async () => application[Symbol.asyncDispose]())

  it('each ends in a clear code, or is made harmless', () => {
    const files = [...outcomes.keys()].toSorted(byName)
    const expected = files.map((file) => [file, file.startsWith('svg/') ? EXPECTED_SVG : EXPECTED_HOSTILE[file]])
    expect(files.map((file) => [file, outcomes.get(file)?.summary])).toEqual(expected)
    expect(Object.keys(EXPECTED_HOSTILE).filter((file) => !outcomes.has(file))).toEqual([])
  })

  it('no decoder sees what the gate refuses, and none decodes what the header condemns', () => {
    const accepted = new Set([...outcomes.values()].map(({ asset }) => asset?.id))
    expect(seen.probe.filter((id) => !accepted.has(id))).toEqual([])
    expect(new Set(seen.probe).size).toBe(seen.probe.length)
    const decoded = new Set(seen.process)
    const assets = [...outcomes.values()].flatMap(({ asset }) => asset ?? [])
    // A file that the probe accepts has dimensions; the rest of it may turn out to be damaged only when it is decoded.
    expect(assets.filter(({ id, width }) => (width === null) === decoded.has(id))).toEqual([])
    expect(assets.filter(({ width }) => width === null).length).toBeGreaterThan(10)
    // PSD and JPEG 2000 have no processor that would even read their header.
    const unread = ['bombs/badsize.jp2', 'bombs/timeout.psd'].map((file) => outcomes.get(file)?.asset?.id)
    expect(seen.probe.filter((id) => unread.includes(id))).toEqual([])
  })

  it('variants carry nothing of what a polyglot hides beside its picture', async () => {
    for (const [file, { asset }] of outcomes) {
      if (asset?.state !== 'ready') continue
      for (const variant of asset.variants) {
        const bytes = await objectOf(application, variant)
        const found = ['<?php', '<script', '%PDF', 'PK\x03\x04', '/etc/passwd'].filter((mark) =>
          bytes.includes(Buffer.from(mark, 'latin1')),
        )
        expect([file, variant.name, found, await problemsOf(application, variant)]).toEqual([
          file,
          variant.name,
          [],
          [],
        ])
      }
    }
  })

  it('workers are alive afterwards, nothing is left over, and every invariant holds', async () => {
    const { rindle, directory, storage } = application
    const photo = await rindle.upload('picture', await quadrants(1_200, 900), { filename: 'photo.jpg' })
    expect(await settled(rindle, photo.id)).toMatchObject({ state: 'ready', width: 1_200, height: 900 })
    await workers.stop()
    expect(await readdir(join(directory, 'work'))).toEqual([])
    expect((await rindle.checkInvariants()).violations).toEqual([])

    const stored: string[] = []
    for await (const { key } of storage.list('')) stored.push(key)
    const assets = await rindle.prisma.mediaAsset.findMany({ include: { variants: true } })
    const known = assets.flatMap(({ storageKey, variants }) => [storageKey, ...variants.map((row) => row.storageKey)])
    expect(stored.toSorted(byName)).toEqual(known.filter((key) => key !== null).toSorted(byName))
    const files = await readdir(join(directory, 'storage'), { recursive: true, withFileTypes: true })
    // Not counting the storage's own: its marker, and the record of each checksum.
    const objects = files.filter((entry) => entry.isFile() && !join(entry.parentPath, entry.name).includes('/.rindle'))
    expect(objects.length).toBe(stored.length)
  })

  it('memory stays bounded', () => {
    const residentBytes = process.resourceUsage().maxRSS * 1024
    console.info(`Most memory over all hostile files: ${Math.round(residentBytes / 1e6)} MB.`)
    expect(residentBytes).toBeLessThan(MAX_RESIDENT_BYTES)
  })
})
