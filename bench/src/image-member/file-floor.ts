import '@rindle/core'
import '@rindle/http'
import '@rindle/storage-local'
import { createReadStream } from 'node:fs'
import { stat } from 'node:fs/promises'
import { pipeline } from 'node:stream/promises'
import { serveBare } from '../serve/serve-file.ts'

// A bare server of files: it looks for the file and streams it. It loads the same packages as the other side, because no
// application has an empty heap.
serveBare(async (file, _request, response) => {
  const { size, mtime } = await stat(file)
  response.writeHead(200, {
    'content-type': 'image/webp',
    'content-length': size,
    'last-modified': mtime.toUTCString(),
  })
  await pipeline(createReadStream(file), response)
})
