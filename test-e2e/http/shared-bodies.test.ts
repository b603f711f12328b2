import type { IncomingMessage } from 'node:http'
import { buffer } from 'node:stream/consumers'
import { type RindleHandler, toNodeHandler } from '@rindle/http'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { pdfOf } from '../tus/tus-client.ts'
import { type Mount, type ServedApplication, serveApplication } from './served-application.ts'

const FILE = pdfOf(3_000_000)
const ANN = { 'x-actor': 'ann', 'content-type': 'application/json' }

let served: ServedApplication

beforeAll(async () => {
  served = await serveApplication()
})
afterAll(async () => served[Symbol.asyncDispose]())

/** Sends a file through the mounted handler, and returns the bytes in the storage. */
async function stored(mount: Mount): Promise<Buffer> {
  await served.remount(mount)
  const declared = { profile: 'document', filename: 'a.pdf', contentType: 'application/pdf' }
  const body = JSON.stringify({ ...declared, byteSize: FILE.byteLength })
  const begun = await fetch(`${served.url}/uploads`, { method: 'POST', headers: ANN, body })
  const { id, request } = (await begun.json()) as { readonly id: string; readonly request: { readonly url: string } }
  const headers = { 'content-type': 'application/pdf' }
  expect((await fetch(request.url, { method: 'PUT', headers, body: FILE })).status).toBe(200)
  return buffer((await served.storage.get((await served.rindle.uploadSession(id)).uploadKey)).body)
}

it('another listener of a request gets every byte', async () => {
  const heard: Buffer[] = []
  const listening: Mount = (handler) => {
    const answer = toNodeHandler(handler)
    return (incoming: IncomingMessage, outgoing) => {
      if (incoming.method === 'PUT') incoming.on('data', (chunk: Buffer) => heard.push(chunk))
      answer(incoming, outgoing)
    }
  }
  expect((await stored(listening)).equals(FILE)).toBe(true)
  expect(Buffer.concat(heard).equals(FILE)).toBe(true)
})

it('a clone of a request reads the same bytes as the handler', async () => {
  const read: Promise<ArrayBuffer>[] = []
  const cloning: Mount = (handler) => {
    const clone = (request: Request): Promise<Response> => {
      if (request.method === 'PUT') read.push(request.clone().arrayBuffer())
      return handler(request)
    }
    return toNodeHandler(Object.assign(clone, { basePath: handler.basePath }) as RindleHandler)
  }
  expect((await stored(cloning)).equals(FILE)).toBe(true)
  expect(Buffer.from((await read[0]) as ArrayBuffer).equals(FILE)).toBe(true)
})
