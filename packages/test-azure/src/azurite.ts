import { randomBytes } from 'node:crypto'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { freePort, supervise } from '@rindle/test-s3'
import type { AzureAccess } from './containers.ts'

const HOST = '127.0.0.1'

/** A running azurite. */
export interface StartedAzurite {
  readonly access: AzureAccess
  /** Ends the server and removes its data. Safe to repeat. */
  stop(): Promise<void>
}

/**
 * Starts an empty azurite, the vendor's own emulator, on 127.0.0.1 and a free port. It ends with `stop`, at the latest
 * with this process, and leaves nothing behind.
 */
export async function startAzurite(): Promise<StartedAzurite> {
  const program = createRequire(import.meta.url).resolve('azurite/dist/src/blob/main.js')
  const port = await freePort()
  const account = 'rindle'
  const accountKey = randomBytes(64).toString('base64')
  const access = { endpoint: `http://${HOST}:${port}/${account}`, account, accountKey }
  const supervised = await supervise()
  const server = {
    command: process.execPath,
    args: [
      program,
      `--blobHost=${HOST}`,
      `--blobPort=${port}`,
      `--location=${join(supervised.directory, 'data')}`,
      '--silent',
      '--disableTelemetry',
      '--disableProductStyleUrl',
      // The client may know a newer version of the protocol than the emulator, which answers it all the same.
      '--skipApiVersionCheck',
    ],
    env: { AZURITE_ACCOUNTS: `${account}:${accountKey}`, NODE_OPTIONS: '' },
  }
  const start = (): Promise<void> => supervised.start('azurite', server, () => fetch(access.endpoint))
  try {
    await start()
  } catch (error) {
    await supervised.stop()
    throw error
  }
  return { access, stop: () => supervised.stop() }
}
