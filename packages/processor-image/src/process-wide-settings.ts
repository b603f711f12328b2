import sharp, { type CacheResult } from 'sharp'
import { SOURCE_TYPES } from './source-types.ts'

// Loaders of files only: sources are opened by path, and an application that gives sharp buffers of its own (a picture
// drawn as SVG, say) keeps every loader. Names that a build of libvips does not have are ignored by it.
const NEVER_NEEDED = [
  'VipsForeignLoadSvgFile',
  // JPEG with a gain map: the plain loader gives the same pixels and leaves the map alone.
  'VipsForeignLoadUhdrFile',
  'VipsForeignLoadAnalyze',
  'VipsForeignLoadCsvFile',
  'VipsForeignLoadDcRawFile',
  'VipsForeignLoadFitsFile',
  'VipsForeignLoadJp2kFile',
  'VipsForeignLoadJxlFile',
  'VipsForeignLoadMagickFile',
  'VipsForeignLoadMagick7File',
  'VipsForeignLoadMat',
  'VipsForeignLoadMatrixFile',
  'VipsForeignLoadNiftiFile',
  'VipsForeignLoadOpenexr',
  'VipsForeignLoadOpenslideFile',
  'VipsForeignLoadPdfFile',
  'VipsForeignLoadPpmFile',
  'VipsForeignLoadRadFile',
  'VipsForeignLoadRaw',
  'VipsForeignLoadVipsFile',
]
const EVERY_LOADER = new Set([...loadersFor(new Set(SOURCE_TYPES.keys())), ...NEVER_NEEDED])

/** Undoes what {@link useSharp} did for one user. Safe to repeat. */
export type Release = () => void

interface Before {
  readonly concurrency: number
  readonly cache: CacheResult
}

// sharp and libvips have one state per process, so there is one here too, whatever the number of instances.
const users = new Map<symbol, ReadonlySet<string>>()
const blockedHere = new Set<string>()
let before: Before | undefined

/**
 * Sets sharp up for one more user in this process: one thread per image, no cache, and of the loaders for files only
 * those that the accepted types of some user need. Other code of the process that uses sharp shares these settings.
 * The last release puts back what was there before the first user.
 */
export function useSharp(acceptedTypes: ReadonlySet<string>): Release {
  before ??= { concurrency: sharp.concurrency(), cache: sharp.cache() }
  // Images side by side use the cores better than threads within one image.
  sharp.concurrency(1)
  // The cache knows files by their path: it would hold removed files open, and give old pixels for a reused path.
  sharp.cache(false)
  const user = Symbol('user of sharp')
  users.set(user, loadersFor(acceptedTypes))
  blockAllBut(neededLoaders())
  return () => {
    if (!users.delete(user)) return
    if (users.size > 0) return blockAllBut(neededLoaders())
    restore()
  }
}

function loadersFor(acceptedTypes: ReadonlySet<string>): ReadonlySet<string> {
  const accepted = [...SOURCE_TYPES].filter(([type]) => acceptedTypes.has(type))
  return new Set(accepted.map(([, { loader }]) => loader).filter((loader) => loader !== null))
}

function neededLoaders(): ReadonlySet<string> {
  return new Set([...users.values()].flatMap((loaders) => [...loaders]))
}

// Only differences are applied: work of another instance that is under way must not meet a moment without its loader.
// And only what was blocked here is unblocked: `VIPS_BLOCK_UNTRUSTED` may have blocked more.
function blockAllBut(needed: ReadonlySet<string>): void {
  const toUnblock = [...blockedHere].filter((loader) => needed.has(loader))
  const toBlock = [...EVERY_LOADER].filter((loader) => !needed.has(loader) && !blockedHere.has(loader))
  sharp.unblock({ operation: toUnblock })
  sharp.block({ operation: toBlock })
  for (const loader of toUnblock) blockedHere.delete(loader)
  for (const loader of toBlock) blockedHere.add(loader)
}

function restore(): void {
  sharp.unblock({ operation: [...blockedHere] })
  blockedHere.clear()
  if (before === undefined) return
  const { concurrency, cache } = before
  before = undefined
  sharp.concurrency(concurrency)
  sharp.cache({ memory: cache.memory.max, files: cache.files.max, items: cache.items.max })
}
