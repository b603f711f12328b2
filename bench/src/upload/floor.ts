import '@rindle/core'
import '@rindle/jobs-pgboss'
import '@rindle/storage-local'
import { mkdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { serveUploads } from './serve-uploads.ts'
import { storeFilm } from './store-film.ts'

// One pass in a bare script: magic bytes, SHA-256 and the disk. It loads the same packages as the other side, because
// every 64 MB of buffers the whole heap is marked: an empty heap is a third faster, and no application has one.
serveUploads(async ({ directory }) => {
  const target = join(directory, 'floor')
  await mkdir(target)
  let count = 0
  return {
    receive: async (request) => {
      count += 1
      const path = join(target, String(count))
      await storeFilm(request, path)
      return () => rm(path)
    },
    stop: async () => {},
  }
})
