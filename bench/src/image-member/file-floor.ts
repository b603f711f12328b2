import '@rindle/core'
import '@rindle/http'
import '@rindle/storage-local'
import { createReadStream } from 'node:fs'
import { stat } from 'node:fs/promises'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { pipeline } from 'node:stream/promises'
import { serveFile } from '../serve/serve-file.ts'

// A bare server of files: it looks for the file and streams it. It loads the same packages as the other side, because no
// application has an empty heap.
serveFile(async ({ file }) => {
  const serve = async (_request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const { size, mtime } = await stat(file)
    response.writeHead(200, {
      'content-type': 'image/webp',
      'content-length': size,
      'last-modified': mtime.toUTCString(),
    })
    await pipeline(createReadStream(file), response)
  }
  return {
    listener: (request, response) => {
      serve(request, response).catch((error: unknown) => {
        console.error(error)
        response.destroy()
      })
    },
    path: '/',
    stop: async () => {},
  }
})
