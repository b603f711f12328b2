import { readdir, readFile } from 'node:fs/promises'
import { join, relative } from 'node:path'
import { type AssetWithVariants, defineProfile, isRindleError, type Variant } from '@rindle/core'
import { image } from '@rindle/processor-image/recipes'
import sharp from 'sharp'
import { type Application, settled } from '../support/application.ts'

/** The folder of real and hostile files that RINDLE_CORPUS names; empty without one, and then these tests are skipped. */
export const corpus: string = process.env['RINDLE_CORPUS'] ?? ''
if (corpus === '') console.info('Skipped: the corpus lane, because RINDLE_CORPUS names no folder of media files.')

/** No file of the corpus may take longer, the largest on a busy machine included. */
const FILE_TIMEOUT_MS = 60_000

const accept = { types: ['image/*'], maxBytes: 20_000_000, maxPixels: 100_000_000 } as const

/** The profiles of the lane. */
export const corpusProfiles = {
  picture: defineProfile({
    storage: 'main',
    accept,
    variants: {
      large: image.fit(2048, 2048, { format: 'webp' }),
      medium: image.fit(480, 480, { format: 'webp' }),
      thumb: image.crop(160, 160, { format: 'webp' }),
      jpeg: image.fit(320, 320, { format: 'jpeg' }),
      png: image.fit(200, 200, { format: 'png' }),
      modern: image.fit(96, 96, { format: 'avif' }),
    },
  }),
  original: defineProfile({ storage: 'main', accept }),
}

/** The application of the lane. */
export type CorpusApplication = Application<typeof corpusProfiles>

/** How a file ended, in one line, and its asset when it became one. */
export interface Outcome {
  /** "ready 600 × 450", "rejected: reason", "quarantined: reason"; any other state with the reasons of its variants. */
  readonly summary: string
  readonly asset: AssetWithVariants | null
}

/** The path of a file of the corpus. */
export function corpusFile(...segments: readonly string[]): string {
  return join(corpus, ...segments)
}

/** Every file below a folder of the corpus, as a path from there, sorted. */
export async function corpusFiles(folder: string): Promise<readonly string[]> {
  const root = corpusFile(folder)
  const entries = await readdir(root, { recursive: true, withFileTypes: true })
  const files = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name))
  return files.map((file) => relative(root, file)).toSorted(byName)
}

/** Sends a file through the whole pipeline and says how it ended. An error without a code is thrown on. */
export async function outcomeOf({ rindle }: CorpusApplication, path: string): Promise<Outcome> {
  let assetId: string
  try {
    assetId = (await rindle.upload('picture', path)).id
  } catch (error) {
    if (!isRindleError(error, 'upload_rejected')) throw error
    return { summary: `rejected: ${error.details['reason'] as string}`, asset: null }
  }
  const asset = await settled(rindle, assetId, FILE_TIMEOUT_MS)
  return { summary: summaryOf(asset), asset }
}

function summaryOf({ state, width, height, errorReason, variants }: AssetWithVariants): string {
  if (state === 'ready') return `ready ${width} × ${height}`
  if (state === 'quarantined') return `quarantined: ${errorReason}`
  const reasons = variants.filter((variant) => variant.state !== 'ready').map((variant) => variant.errorReason)
  return `${state}: ${[...new Set(reasons)].join(', ')}`
}

/** Works through items, a few at once and more than one worker takes, as a busy application would have it. */
export async function inParallel<Item>(items: readonly Item[], work: (item: Item) => Promise<void>): Promise<void> {
  const queue = [...items]
  const lane = async (): Promise<void> => {
    for (let item = queue.shift(); item !== undefined; item = queue.shift()) await work(item)
  }
  await Promise.all(Array.from({ length: 6 }, lane))
}

/** The stored bytes of a variant. */
export async function objectOf({ storage }: CorpusApplication, variant: Variant | undefined): Promise<Buffer> {
  return readFile(storage.localPath(variant?.storageKey ?? ''))
}

/** Differences between a variant's object and its row, and remains of the source's metadata; empty if all is right. */
export async function problemsOf(application: CorpusApplication, variant: Variant): Promise<readonly string[]> {
  const bytes = await objectOf(application, variant)
  const metadata = await sharp(bytes).metadata()
  const problems: string[] = []
  if (bytes.byteLength !== variant.byteSize) problems.push(`${bytes.byteLength} bytes`)
  if (metadata.width !== variant.width || metadata.height !== variant.height) problems.push('other dimensions')
  if (metadata.mediaType !== variant.contentType) problems.push(`bytes of ${metadata.mediaType}`)
  for (const kind of ['exif', 'xmp', 'iptc', 'icc', 'comments', 'orientation'] as const) {
    if (metadata[kind] !== undefined) problems.push(`has ${kind}`)
  }
  // The marks of EXIF in JPEG and of XMP anywhere, which sharp would not look for.
  for (const mark of ['Exif\0\0', 'http://ns.adobe.com/', 'GPSLatitude']) {
    if (bytes.includes(mark)) problems.push(`holds ${JSON.stringify(mark)}`)
  }
  return problems
}

export function byName(a: string, b: string): number {
  return a < b ? -1 : Number(a > b)
}
