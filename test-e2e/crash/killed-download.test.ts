import { createHash, randomBytes } from 'node:crypto'
import { expect, test, vi } from 'vitest'
import { settled, startApplication } from '../support/application.ts'
import { documentProfiles } from '../support/document-profiles.ts'
import { fileAnswer, startFileServer } from '../support/file-server.ts'
import { makeDue, passTime } from '../support/make-due.ts'
import { byRunLength } from '../support/run-length.ts'
import { startWorkerProcess } from '../support/worker-process.ts'

const MIB = 1024 * 1024
const PROGRAM = new URL('../support/fetch-program.ts', import.meta.url)
const DEATHS = byRunLength('deaths of a worker in the middle of a download', { sample: 0, short: 1, long: 20 })
/** The server sends this much to each worker, and then no more. */
const PIECE = 2 * MIB

test.skipIf(DEATHS === 0)(
  'a download goes on with the byte that its dead worker had not kept',
  async () => {
    await using server = await startFileServer()
    const fetch = { allowHttp: true, allowPrivate: true }
    await using application = await startApplication({ profiles: documentProfiles, processors: [], fetch })
    const { rindle, databaseUrl, directory } = application
    const file = Buffer.concat([Buffer.from('%PDF-1.7\n'), randomBytes((DEATHS + 1) * PIECE)])
    const session = await rindle.uploadFrom('document', `${server.url}/a.pdf`)
    const kept = async (): Promise<number> => (await rindle.uploadSession(session.id)).lastKnownOffset ?? 0
    // The pass that a drain begins with finds the job of the dead worker; its next attempt is due some seconds later.
    const findTheDead = async (): Promise<void> => {
      await passTime(rindle)
      await rindle.drain({ maxSeconds: 60, queues: ['rindle_purge'] })
      await makeDue(rindle)
    }
    for (let deaths = 0; deaths < DEATHS; deaths += 1) {
      server.answer('/a.pdf', fileAnswer(file, '"v1"', PIECE))
      const before = await kept()
      const worker = await startWorkerProcess(databaseUrl, directory, PROGRAM)
      await vi.waitFor(async () => expect(await kept()).toBeGreaterThan(before), { timeout: 30_000, interval: 25 })
      await worker.kill()
      await findTheDead()
    }
    server.answer('/a.pdf', fileAnswer(file, '"v1"'))
    await rindle.drain({ maxSeconds: 60 })
    const asset = await settled(rindle, session.assetId)
    expect(asset).toMatchObject({ state: 'ready', byteSize: file.byteLength })
    expect(asset.checksumSha256).toBe(createHash('sha256').update(file).digest('hex'))
    const starts = server.seen.map(({ headers }) => Number(/^bytes=(\d+)-$/.exec(headers.range ?? '')?.[1] ?? 0))
    expect(starts).toEqual(starts.toSorted((a, b) => a - b))
    // Of what a dead worker had got, at most the piece in its hand came twice.
    const sent = server.seen.reduce((sum, { sentBytes }) => sum + sentBytes, 0)
    expect(sent - file.byteLength).toBeLessThanOrEqual(DEATHS * PIECE)
    expect(starts.at(-1)).toBeGreaterThan(0)
  },
  600_000,
)
