import { readFile } from 'node:fs/promises'
import { join } from 'node:path'

/** What `postmaster.pid` in a data directory says about the server that wrote it. */
export interface PostmasterFile {
  /** The server's process; it may be dead, or another program's by now. */
  readonly pid: number
  /** The TCP port; absent while the file is still being written. */
  readonly port: number | undefined
  /** The last word of the server about itself. */
  readonly status: 'starting' | 'ready' | 'stopping'
}

/**
 * Reads the `postmaster.pid` of a data directory.
 *
 * @returns `undefined` when there is none, which is the normal state of a server at rest.
 */
export async function readPostmasterFile(dataDirectory: string): Promise<PostmasterFile | undefined> {
  try {
    return parsePostmasterFile(await readFile(join(dataDirectory, 'postmaster.pid'), 'utf8'))
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
    throw error
  }
}

/**
 * Reads the text of a `postmaster.pid`: the pid is its first line, the port its fourth, the status its eighth.
 *
 * @returns `undefined` when the text does not name a process.
 */
export function parsePostmasterFile(text: string): PostmasterFile | undefined {
  const lines = text.split('\n').map((line) => line.trim())
  const pid = Number(lines[0])
  if (!Number.isInteger(pid) || pid <= 0) return undefined
  const port = Number(lines[3])
  const status = lines[7]
  return {
    pid,
    port: Number.isInteger(port) && port > 0 ? port : undefined,
    status: status === 'ready' || status === 'stopping' ? status : 'starting',
  }
}
