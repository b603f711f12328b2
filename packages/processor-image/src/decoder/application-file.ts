import { createHash } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { ApplicationFault } from './application-fault.ts'

/**
 * Reads a file of the application, which must still have the bytes that its recipe was made with. Rejects with an
 * `ApplicationFault`; `what` names the file in its message.
 */
export async function readApplicationFile(what: string, path: string | null, sha256: string): Promise<Buffer> {
  const bytes = await readFile(path ?? '').catch((error: NodeJS.ErrnoException) => {
    throw new ApplicationFault(
      'setup_incomplete',
      `The ${what} cannot be read (${error.code ?? error.message}). Deploy its file with the worker, and restart it.`,
    )
  })
  if (createHash('sha256').update(bytes).digest('hex') === sha256) return bytes
  const message = `The ${what} was changed after this worker had started. Restart it, so that its recipes name the new one.`
  throw new ApplicationFault('setup_incomplete', message)
}
