import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import type { Workers } from '@rindle/core/adapter'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { startApplication } from '../support/application.ts'
import {
  byName,
  type CorpusApplication,
  corpus,
  corpusFile,
  corpusFiles,
  corpusProfiles,
  inParallel,
  type Outcome,
  outcomeOf,
  problemsOf,
} from './corpus-lane.ts'
import { AV_FILE, EXPECTED_AV, EXPECTED_PUBLIC } from './expected-public.ts'

describe.skipIf(corpus === '')('ordinary and odd files, through the whole pipeline', () => {
  let application: CorpusApplication
  let workers: Workers
  const outcomes = new Map<string, Outcome>()

  beforeAll(async () => {
    application = await startApplication({ profiles: corpusProfiles })
    workers = await application.work()
    await inParallel(await corpusFiles('public'), async (file) => {
      outcomes.set(file, await outcomeOf(application, corpusFile('public', file)))
    })
  }, 300_000)
  afterAll(async () => application[Symbol.asyncDispose]())

  it('each ends ready, or refused for the right reason', () => {
    const files = [...outcomes.keys()].toSorted(byName)
    const expected = files.map((file) => [file, AV_FILE.test(file) ? EXPECTED_AV : EXPECTED_PUBLIC[file]])
    expect(files.map((file) => [file, outcomes.get(file)?.summary])).toEqual(expected)
    expect(Object.keys(EXPECTED_PUBLIC).filter((file) => !outcomes.has(file))).toEqual([])
  })

  it('every variant of a ready asset matches its row, and carries no metadata of the source', async () => {
    const problems: Record<string, readonly string[]> = {}
    let checked = 0
    for (const [file, { asset }] of outcomes) {
      if (asset?.state !== 'ready') continue
      expect(asset.variants.map(({ name }) => name)).toEqual(Object.keys(corpusProfiles.picture.variants).toSorted())
      for (const variant of asset.variants) {
        const found = await problemsOf(application, variant)
        if (found.length > 0) problems[`${file} ${variant.name}`] = found
        checked += 1
      }
    }
    expect(problems).toEqual({})
    expect(checked).toBeGreaterThan(200)
  })

  it('variants of a picture that is turned by EXIF are turned like it', () => {
    const portrait = outcomes.get('jpg-exif-portrait-6.jpg')?.asset?.variants ?? []
    const sizes = Object.fromEntries(portrait.map(({ name, width, height }) => [name, [width, height]]))
    expect(sizes).toEqual({
      large: [1200, 1800],
      medium: [320, 480],
      thumb: [160, 160],
      jpeg: [213, 320],
      png: [133, 200],
      modern: [64, 96],
    })
  })

  it('nothing is left over, and every invariant holds', async () => {
    await workers.stop()
    expect(await readdir(join(application.directory, 'work'))).toEqual([])
    const report = await application.rindle.checkInvariants()
    expect(report.violations).toEqual([])
    expect(report.checked.assets).toBe([...outcomes.values()].filter(({ asset }) => asset !== null).length)
  })
})
