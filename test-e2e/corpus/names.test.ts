import { readdir, readFile } from 'node:fs/promises'
import { join, relative } from 'node:path'
import { isRindleError } from '@rindle/core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { settled, startApplication } from '../support/application.ts'
import { quadrants } from '../support/pictures.ts'
import { type CorpusApplication, corpus, corpusFile, corpusFiles, corpusProfiles, inParallel } from './corpus-lane.ts'

// From a list with more lines, only this many are taken, spread over the whole list.
const MAX_LINES_PER_LIST = 60
/** The storage's marker, and the record of a checksum. */
const OWN = /(^|\/)\.rindle/
const KEY = /^original\/[0-9a-f-]{36}\/original-[0-9a-f]{32}\.jpg$/

/** A name as a client sent it, and its result. */
interface SentName {
  readonly name: string
  readonly id: string | null
  readonly reason: unknown
}

function sampleOf(lines: readonly string[]): readonly string[] {
  const step = Math.max(1, lines.length / MAX_LINES_PER_LIST)
  return lines.filter((_line, index) => Math.floor(index / step) !== Math.floor((index - 1) / step))
}

describe.skipIf(corpus === '')('nasty names of an ordinary photo', { timeout: 120_000 }, () => {
  let application: CorpusApplication
  let picture: Buffer
  const sent: SentName[] = []

  async function send(name: string): Promise<void> {
    try {
      const { id } = await application.rindle.upload('original', picture, { filename: name })
      sent.push({ name, id, reason: null })
    } catch (error) {
      if (!isRindleError(error, 'upload_rejected')) throw error
      sent.push({ name, id: null, reason: error.details['reason'] })
    }
  }

  beforeAll(async () => {
    application = await startApplication({ profiles: corpusProfiles })
    picture = await quadrants(8, 8)
    for (const list of await corpusFiles('hostile/names')) {
      const lines = (await readFile(corpusFile('hostile/names', list), 'utf8')).split(/\r?\n/)
      const names = sampleOf(lines).flatMap((line) => [line, `${line}.jpg`])
      await inParallel(names, send)
    }
    await application.work()
  }, 120_000)
  afterAll(async () => application[Symbol.asyncDispose]())

  it('are refused only for an extension of another type', () => {
    expect(sent.length).toBeGreaterThan(400)
    expect(new Set(sent.map(({ reason }) => reason))).toEqual(new Set([null, 'extension_mime_mismatch']))
    expect(sent.filter(({ name, id }) => name.endsWith('.jpg') && id === null)).toEqual([])
  })

  it('are kept in a form that is safe everywhere, and never become part of a key', async () => {
    const assets = await application.rindle.prisma.mediaAsset.findMany()
    expect(assets.length).toBe(sent.filter(({ id }) => id !== null).length)
    for (const { filename, storageKey } of assets) {
      expect(filename).not.toMatch(/[\p{Cc}\p{Surrogate}<>:"|?*/\\\u202A-\u202E\u2066-\u2069]|^[. ]|[. ]$|^$/u)
      expect(Buffer.byteLength(filename)).toBeLessThanOrEqual(255)
      expect(storageKey).toMatch(KEY)
    }
  })

  it('leave nothing outside of the storage', async () => {
    const { directory } = application
    const entries = await readdir(directory, { recursive: true, withFileTypes: true })
    const files = entries.filter((entry) => !entry.isDirectory()).map((entry) => join(entry.parentPath, entry.name))
    const root = join(directory, 'storage')
    const objects = files.filter((file) => !OWN.test(relative(root, file)))
    expect(objects.filter((file) => !KEY.test(relative(root, file)))).toEqual([])
    expect(objects.length).toBe(sent.filter(({ id }) => id !== null).length)
  })

  it('reach a browser as they are kept, in a header that holds nothing else', async () => {
    const { rindle } = application
    for (const { id } of sent) {
      if (id === null) continue
      const asset = rindle.narrow(await settled(rindle, id, 60_000), 'original')
      const url = await rindle.url(asset, { disposition: 'attachment' })
      const response = await rindle.serveFile(new Request(url))
      await response.body?.cancel()
      expect(filenameIn(response.headers.get('content-disposition') ?? '')).toBe(asset.filename)
    }
  })
})

/** The name in a Content-Disposition header of one of the forms of RFC 6266, and of no more than that. */
function filenameIn(header: string): string | undefined {
  const fallback = /filename=(?:"(?<quoted>(?:[^"\\]|\\.)*)"|(?<token>[!#$%&'*+.^_`|~0-9A-Za-z-]+))/
  const match = new RegExp(`^attachment; ${fallback.source}(?:; filename\\*=UTF-8''(?<utf8>[^;\\s"]+))?$`).exec(header)
  const { quoted, token, utf8 } = match?.groups ?? {}
  return utf8 === undefined ? (token ?? quoted?.replace(/\\(.)/g, '$1')) : decodeURIComponent(utf8)
}
