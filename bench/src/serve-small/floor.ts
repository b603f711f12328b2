import { basename, dirname } from 'node:path'
import sirv from 'sirv'
import { serveFiles } from './serve-files.ts'

// As in production: it reads the directory once, when it starts, and looks at no file again until it sends it.
serveFiles(async ({ files }) => {
  const serve = sirv(dirname(files[0] ?? ''), { dev: false, etag: true, maxAge: 3_600 })
  return {
    listener: (request, response) => serve(request, response, () => void response.writeHead(404).end()),
    paths: files.map((file) => `/${basename(file)}`),
    stop: async () => {},
  }
})
