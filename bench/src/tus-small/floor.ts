import { mkdir, open } from 'node:fs/promises'
import { join } from 'node:path'
import { FileStore } from '@tus/file-store'
import { Server } from '@tus/server'
import { serveHttp } from '../serve-http.ts'
import { TUS_PATH, type TusSmallSetup } from './setup.ts'

// The same protocol by the same server, with its own store: files, and no row.
serveHttp(async (setup) => {
  const { directory, isSynced } = setup as TusSmallSetup
  const files = join(directory, isSynced ? 'synced' : 'files')
  await mkdir(files)
  const datastore = isSynced ? new SyncedFileStore({ directory: files }) : new FileStore({ directory: files })
  const server = new Server({ path: TUS_PATH, datastore, relativeLocation: true })
  return {
    listener: (incoming, outgoing) => void server.handle(incoming, outgoing),
    facts: {},
    stop: async () => {},
  }
})

/** Waits until a file and its name are on the disk. */
class SyncedFileStore extends FileStore {
  override async write(...args: Parameters<FileStore['write']>): Promise<number> {
    const offset = await super.write(...args)
    await sync(join(this.directory, args[1]))
    await sync(this.directory)
    return offset
  }
}

async function sync(path: string): Promise<void> {
  await using handle = await open(path, 'r')
  await handle.sync()
}
