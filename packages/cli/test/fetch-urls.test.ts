import type { AssetWithVariants, Rindle } from '@rindle/core'
import sharp from 'sharp'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { conclude } from '../src/demo/conclude.ts'
import type { DemoFile } from '../src/demo/demo-file.ts'
import { demoFileLines } from '../src/demo/demo-lines.ts'
import { fetchUrls } from '../src/demo/fetch-urls.ts'
import { type FileServer, startFileServer } from '../src/demo/file-server.ts'
import { createReport } from '../src/report.ts'
import { jpeg } from './application.ts'
import { type CapturedIo, capturedIo } from './captured-io.ts'

let server: FileServer
let picture: Buffer

beforeAll(async () => {
  server = await startFileServer()
  picture = await jpeg()
})

afterAll(() => server[Symbol.asyncDispose]())

/** The parts of an asset and of an instance that URLs need. */
async function fetched(byteSize: number): ReturnType<typeof fetchUrls> {
  return fetchUrls(instance, assetOf(byteSize), sharp)
}

const instance = {
  profiles: { photo: { variants: { thumb: {} } } },
  url: async () => `${server.url}/original`,
  variantUrl: async () => `${server.url}/thumb`,
} as unknown as Rindle

function assetOf(byteSize: number): AssetWithVariants {
  const media = { byteSize, width: 96, height: 64, contentType: 'image/jpeg', state: 'ready' }
  const thumb = { ...media, name: 'thumb', errorReason: null }
  return { ...media, id: 'id', profile: 'photo', variants: [thumb] } as unknown as AssetWithVariants
}

describe('a URL', () => {
  test('that answers with every byte counts, and gives a picture', async () => {
    server.answer = async () => new Response(new Uint8Array(picture))
    const { answers, tiles } = await fetched(picture.byteLength)
    expect([...answers.values()].map(({ isWhole }) => isWhole)).toEqual([true, true])
    expect(tiles.map(({ name, caption }) => [name, caption])).toEqual([
      ['thumb', expect.stringMatching(/^96 × 64 jpeg /)],
    ])
  })

  test('that answers with fewer bytes, another status or not at all is reported as an error', async () => {
    server.answer = async (request) =>
      request.url.endsWith('/thumb') ? new Response('no', { status: 503 }) : new Response('short')
    const { answers, tiles } = await fetched(picture.byteLength)
    expect(answers.get('original')).toMatchObject({ status: 200, byteSize: 5, isWhole: false })
    expect(answers.get('thumb')).toMatchObject({ status: 503, isWhole: false })
    expect(tiles).toEqual([])

    const asset = assetOf(picture.byteLength)
    const file: DemoFile = {
      file: 'a.jpg',
      result: { outcome: 'uploaded', asset },
      asset,
      reasons: [],
      tookMs: new Map(),
      answers,
    }
    const io: CapturedIo = capturedIo()
    const context = { io, report: createReport(io, 'text') }
    expect(demoFileLines(file, context).join('\n')).toMatch(/original .* 200, but 5 bytes\n.*thumb .* 503$/)
    const { outcome, isServing } = conclude(
      [file],
      { sheet: 'sheet.png', rows: [], isKept: true, hasUrls: true, link: '' },
      context,
    )
    expect({ exitCode: outcome.exitCode, isServing }).toEqual({ exitCode: 1, isServing: false })
    expect(io.stdout.text).toContain('0 of 2 URLs answered 200 with every byte.')
  })

  test('of a server that is gone is reported', async () => {
    const gone = await startFileServer()
    await gone[Symbol.asyncDispose]()
    const nowhere = { ...instance, url: async () => gone.url, variantUrl: async () => null }
    const { answers } = await fetchUrls(nowhere, assetOf(1), sharp)
    expect([...answers]).toEqual([['original', { url: gone.url, status: null, byteSize: 0, isWhole: false }]])
  })
})
