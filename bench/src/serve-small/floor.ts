import { basename, dirname } from 'node:path'
import sirv from 'sirv'
import { serveHttp } from '../serve-http.ts'
import type { SmallFilesSetup } from './setup.ts'

// As in production: it reads the directory once, when it starts, and looks at no file again until it sends it.
serveHttp(async (setup) => {
  const { files } = setup as SmallFilesSetup
  const serve = sirv(dirname(files[0] ?? ''), { dev: false, etag: true, maxAge: 3_600 })
  return {
    listener: (request, response) => serve(request, response, () => void response.writeHead(404).end()),
    facts: { paths: files.map((file) => `/${basename(file)}`) },
    stop: async () => {},
  }
})
