import '@rindle/core'
import '@rindle/storage-local'
import { readFile } from 'node:fs/promises'
import { toNodeHandler } from '@rindle/http'
import { serveFile } from '../serve/serve-file.ts'

// A bare handler: the same bytes and headers from memory, behind the same bridge to node:http. It loads the same packages
// as the other side, because no application has an empty heap.
serveFile(async ({ file }) => {
  const text = await readFile(file, 'utf8')
  const headers = {
    'content-type': 'application/vnd.apple.mpegurl',
    'content-length': String(Buffer.byteLength(text)),
    'cache-control': 'no-store',
    'x-content-type-options': 'nosniff',
    'access-control-allow-origin': '*',
    'access-control-expose-headers': 'accept-ranges, content-length, content-range, etag',
  }
  const handler = async (): Promise<Response> => new Response(text, { headers })
  return {
    listener: toNodeHandler(Object.assign(handler, { basePath: '' })),
    path: '/',
    stop: async () => {},
  }
})
