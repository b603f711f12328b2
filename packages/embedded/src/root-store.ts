import { chmod, mkdir } from 'node:fs/promises'

/**
 * The place where root keeps files that another user must reach and nobody else may replace. Unlike in temporary
 * directories, only root can write there and nothing sweeps it. `RINDLE_EMBEDDED_STORE` names another place, for a
 * system with a read-only `/var/lib`; every directory above it must be open to everybody.
 */
export async function openRootStore(): Promise<string> {
  const store = process.env.RINDLE_EMBEDDED_STORE ?? '/var/lib/rindle'
  await mkdir(store, { recursive: true })
  // Whatever the umask.
  await chmod(store, 0o755)
  return store
}
