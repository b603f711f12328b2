import sharp from 'sharp'
import { SOURCE_TYPES } from '../source-types.ts'

// Only loaders of files: outputs are read back from memory. Names that a build of libvips lacks are ignored.
const NEVER_NEEDED = [
  'VipsForeignLoadSvgFile',
  // JPEG with a gain map: the plain loader gives the same pixels and ignores the map.
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

const off = new Set<string>()

/** Whether this process reads no files by this loader. */
export function isLoaderOff(loader: string): boolean {
  return off.has(loader)
}

/** Configures the sharp of this process: one thread per image, no cache, and no loader for files of other types. */
export function setUpSharp(acceptedTypes: ReadonlySet<string>): void {
  // Images side by side use the cores better than threads within one image.
  sharp.concurrency(1)
  // The cache identifies files by their path: it would hold removed files open, and return old pixels for a reused
  // path.
  sharp.cache(false)
  const needed = new Set([...acceptedTypes].map((type) => SOURCE_TYPES.get(type)?.loader))
  const others = [...SOURCE_TYPES.values()].map(({ loader }) => loader).filter((loader) => !needed.has(loader))
  for (const loader of [...NEVER_NEEDED, ...others]) if (loader !== null) off.add(loader)
  sharp.block({ operation: [...off] })
}
