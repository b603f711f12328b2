import { once } from 'node:events'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { cpuMeter } from '../cpu-meter.ts'
import { type PreparedSide, serveSide } from '../serve-side.ts'
import { memoryPeak } from './memory-peak.ts'
import type { UploadFacts, UploadSetup } from './setup.ts'

/** How one side receives uploads. */
export interface Receiver {
  /** Writes the body of one request to the disk; resolves with a function that removes the file again. */
  readonly receive: (request: IncomingMessage) => Promise<() => Promise<void>>
  readonly stop: () => Promise<void>
}

const GIBIBYTE = 1024 ** 3

/** The program of a side: an HTTP server whose rounds measure one upload each, from the first byte to the answer. */
export function serveUploads(prepare: (setup: UploadSetup) => Promise<Receiver>): void {
  serveSide(async (setup) => listen(await prepare(setup as UploadSetup)))
}

async function listen(receiver: Receiver): Promise<PreparedSide> {
  let onUpload: (figures: UploadFigures) => void = () => {}
  const answer = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const { figures, remove } = await measure(receiver, request)
    response.end()
    await remove()
    onUpload(figures)
  }
  const server = createServer((request, response) => {
    answer(request, response).catch((error: unknown) => {
      console.error(error)
      response.writeHead(500).end()
    })
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const facts: UploadFacts = { port: (server.address() as AddressInfo).port }
  return {
    facts,
    round: () =>
      new Promise((resolve) => {
        onUpload = resolve
      }),
    stop: async () => {
      server.close()
      await receiver.stop()
    },
  }
}

type UploadFigures = Readonly<Record<'ms' | 'cpuMs' | 'peakMB', readonly number[]>>

async function measure(
  receiver: Receiver,
  request: IncomingMessage,
): Promise<{ readonly figures: UploadFigures; readonly remove: () => Promise<void> }> {
  const byteSize = Number(request.headers['content-length'])
  const peak = memoryPeak()
  const cpu = cpuMeter()
  const begin = performance.now()
  const remove = await receiver.receive(request)
  const ms = performance.now() - begin
  return { figures: { ms: [ms], cpuMs: [(cpu() * GIBIBYTE) / byteSize], peakMB: [peak()] }, remove }
}
