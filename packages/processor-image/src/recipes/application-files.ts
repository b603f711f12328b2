import { createHash } from 'node:crypto'
import { readFileSync, statSync } from 'node:fs'
import { isAbsolute } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { ApplicationFile } from './effect-options.ts'

/** The most bytes of a file of the application. */
const MAX_FILE_BYTES = 32 * 1024 ** 2

// By the SHA-256 of their bytes. A stored recipe names its files only in that way: a worker finds them here, because it
// holds the same profiles.
const PATHS = new Map<string, string>()

/** The path of the file with this hash, if a recipe that was made in this process named it. */
export function applicationFilePath(sha256: string): string | undefined {
  return PATHS.get(sha256)
}

/** The hash of a file, or the problem with it. */
export type Identified =
  | { readonly sha256: string; readonly problem?: undefined }
  | { readonly problem: string; readonly option: 'file' | 'sha256' }

/**
 * Identifies a file by its bytes and remembers where it is. A stated hash is enough without the file, and a stored
 * recipe has nothing else. Never throws.
 */
export function identify({ file, sha256 }: Partial<ApplicationFile>): Identified {
  if (file === undefined) return sha256 === undefined ? { problem: 'is missing', option: 'file' } : { sha256 }
  const found = readBytes(file)
  if (typeof found === 'string') return sha256 === undefined ? { problem: found, option: 'file' } : { sha256 }
  const actual = createHash('sha256').update(found.bytes).digest('hex')
  if (sha256 !== undefined && sha256 !== actual) {
    return { problem: `is not that of the file, which has ${actual}`, option: 'sha256' }
  }
  PATHS.set(actual, found.path)
  return { sha256: actual }
}

const WAY_OUT = 'Deploy the file with this process, or state its `sha256`: only workers need its bytes'

// A text is the problem.
function readBytes(file: URL | string): { readonly path: string; readonly bytes: Buffer } | string {
  const path = pathOf(file)
  if (path === null) return `must be a file: URL or an absolute path. ${WAY_OUT}`
  for (const candidate of candidatesOf(path)) {
    try {
      // A pipe or a device would never end.
      const stats = statSync(candidate)
      if (!stats.isFile()) return 'must be a file'
      if (stats.size > MAX_FILE_BYTES) return `must be at most ${MAX_FILE_BYTES / 1024 ** 2} MiB`
      return { path: candidate, bytes: readFileSync(candidate) }
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException
      if (code !== 'ENOENT') return `cannot be read (${code}). ${WAY_OUT}`
    }
  }
  return `does not exist. ${WAY_OUT}`
}

// A compiled application has no TypeScript beside it, and compilers leave such URLs as they are.
function candidatesOf(path: string): readonly string[] {
  return /\.[cm]?ts$/.test(path) ? [path, path.replace(/ts$/, 'js')] : [path]
}

function pathOf(file: URL | string): string | null {
  const text = String(file)
  if (isAbsolute(text)) return text
  try {
    return fileURLToPath(text)
  } catch {
    // Whatever is wrong with it, it names no file; the caller says what would.
    return null
  }
}
