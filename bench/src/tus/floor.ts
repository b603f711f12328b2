import { mkdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { FileStore } from '@tus/file-store'
import { Server } from '@tus/server'
import { serveTus } from './serve-tus.ts'
import { TUS_PATH } from './setup.ts'

// The same protocol by the same server, with its own store: files, and nothing that survives a crash.
serveTus(async (setup) => {
  const directory = join(setup.directory, 'tus-server')
  await mkdir(directory)
  const server = new Server({ path: TUS_PATH, datastore: new FileStore({ directory }), relativeLocation: true })
  return {
    listener: (incoming, outgoing) => void server.handle(incoming, outgoing),
    clear: async () => {
      await rm(directory, { recursive: true })
      await mkdir(directory)
    },
    stop: async () => {},
  }
})
