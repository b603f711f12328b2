import { mkdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import busboy from 'busboy'
import { serveUploads } from './serve-uploads.ts'
import { storeFilm } from './store-film.ts'

const MEBIBYTE = 1024 * 1024

// As most applications do it: busboy takes the file out of a form, and the same pass as the floor's writes it to the
// disk.
serveUploads(async ({ directory }) => {
  const target = join(directory, 'busboy')
  await mkdir(target)
  let count = 0
  return {
    receive: async (request) => {
      count += 1
      const path = join(target, String(count))
      const { promise, resolve, reject } = Promise.withResolvers<unknown>()
      const parser = busboy({ headers: request.headers, fileHwm: MEBIBYTE })
      parser.on('file', (_name, file) => void storeFilm(file, path).then(resolve, reject))
      parser.on('error', reject)
      request.pipe(parser)
      await promise
      return () => rm(path)
    },
    stop: async () => {},
  }
})
