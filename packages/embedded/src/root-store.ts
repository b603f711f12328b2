import { chmod, mkdir } from 'node:fs/promises'

const rootStoreDirectory = '/var/lib/rindle'

/**
 * Where root keeps what another user must reach and nobody else may replace: unlike the temporary directories, only
 * root can write there and nothing sweeps it.
 */
export async function openRootStore(): Promise<string> {
  await mkdir(rootStoreDirectory, { recursive: true })
  // Whatever the umask: entered by everybody, listed and written by root.
  await chmod(rootStoreDirectory, 0o711)
  return rootStoreDirectory
}
