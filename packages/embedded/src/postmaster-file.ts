import { readFile } from 'node:fs/promises'
import { join } from 'node:path'

/** The contents of `postmaster.pid` in a data directory. */
export interface PostmasterFile {
  /** The server's process id; by now the process may be dead, or another program. */
  readonly pid: number
  /** The TCP port; absent while the file is still being written. */
  readonly port: number | undefined
  /** The last status that the server wrote. */
  readonly status: 'starting' | 'ready' | 'stopping'
}

/**
 * Reads the `postmaster.pid` of a data directory.
 *
 * @returns `undefined` if there is none, which is normal for a stopped server.
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
 * Parses the text of a `postmaster.pid`: the pid is its first line, the port its fourth, the status its eighth.
 *
 * @returns `undefined` if the text does not name a process.
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
