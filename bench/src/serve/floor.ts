import '@rindle/core'
import '@rindle/http'
import '@rindle/storage-local'
import '@rindle/testing'
import { createReadStream } from 'node:fs'
import { stat } from 'node:fs/promises'
import { pipeline } from 'node:stream/promises'
import { serveBare } from './serve-file.ts'

// A bare server: one range of the file, read as a stream. It trusts its clients. It loads the same packages as the
// other side, because every 64 MB of buffers the whole heap is marked, and no application has an empty one.
serveBare(async (file, request, response) => {
  const { size } = await stat(file)
  const [, first = '0', last = String(size - 1)] = /^bytes=(\d+)-(\d+)$/.exec(request.headers.range ?? '') ?? []
  const [start, end] = [Number(first), Number(last)]
  response.writeHead(206, {
    'content-type': 'video/mp4',
    'content-length': end - start + 1,
    'content-range': `bytes ${start}-${end}/${size}`,
  })
  await pipeline(createReadStream(file, { start, end }), response)
})
