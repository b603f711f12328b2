import type { TiffDirectory } from './tiff.ts'

/**
 * The TIFFs that libvips reads right: tried with every kind below, because it accepts others, too, and gives them false
 * colours. `keep` is how many channels of the decoded picture belong to it, if there are more: spot colours and masks,
 * which libvips would take for transparency.
 */
export type TiffVerdict = { readonly refusal: string } | { readonly keep: number | null }

const WHITE_IS_ZERO = 0
const BLACK_IS_ZERO = 1
const RGB = 2
const PALETTE = 3
const SEPARATED = 5
const YCBCR = 6
const LAB = 8

const COLOURS: Readonly<Record<number, number>> = {
  [WHITE_IS_ZERO]: 1,
  [BLACK_IS_ZERO]: 1,
  [RGB]: 3,
  [PALETTE]: 1,
  [SEPARATED]: 4,
  [YCBCR]: 3,
  [LAB]: 3,
}
const ODD_PHOTOMETRICS: Readonly<Record<number, string>> = {
  4: 'a transparency mask',
  9: 'ICC L*a*b* colours',
  10: 'ITU L*a*b* colours',
  32_803: 'the raw pattern of a camera sensor',
  32_844: 'LogL brightness',
  32_845: 'LogLuv colours',
  34_892: 'the raw values of a camera sensor',
}

const CCITT: readonly number[] = [2, 3, 4]
const JPEG = 7
// None, CCITT, LZW, JPEG, Deflate, PackBits, WebP.
const COMPRESSIONS: ReadonlySet<number> = new Set([1, 2, 3, 4, 5, JPEG, 8, 32_773, 32_946, 50_001])
const ODD_COMPRESSIONS: Readonly<Record<number, string>> = {
  6: 'old-style JPEG',
  9: 'JBIG',
  10: 'JBIG',
  32_766: 'NeXT 2-bit RLE',
  32_771: 'CCITT RLE with words',
  32_809: 'ThunderScan 4-bit RLE',
  32_908: 'PixarFilm',
  32_909: 'PixarLog',
  34_661: 'JBIG',
  34_676: 'SGI LogLuv RLE',
  34_677: 'SGI LogLuv 24',
  34_712: 'JPEG 2000',
  34_887: 'LERC',
  34_892: 'lossy JPEG of DNG',
  34_925: 'LZMA',
  50_000: 'ZSTD',
  50_002: 'JPEG XL',
  52_546: 'JPEG XL',
}

const UINT = 1
const UNDEFINED = 4
const FORMATS: Readonly<Record<number, string>> = {
  2: 'signed integer',
  3: 'floating-point',
  5: 'complex integer',
  6: 'complex floating-point',
}

const UNSPECIFIED = 0
const UNASSOCIATED_ALPHA = 2

/** Judges a TIFF by its directory. Pure. */
export function judgeTiff(directory: TiffDirectory): TiffVerdict {
  const refusal =
    compressionProblem(directory) ??
    sampleProblem(directory) ??
    colourProblem(directory) ??
    layoutProblem(directory) ??
    extraProblem(directory)
  return refusal === null ? { keep: channelsToKeep(directory) } : { refusal: `a TIFF ${refusal}` }
}

function compressionProblem({ compression }: TiffDirectory): string | null {
  if (COMPRESSIONS.has(compression)) return null
  return `compressed with ${ODD_COMPRESSIONS[compression] ?? `method ${compression}`}`
}

function sampleProblem({ bits, formats }: TiffDirectory): string | null {
  const odd = formats.find((format) => format !== UINT && format !== UNDEFINED)
  if (odd !== undefined) return `with ${bits[0]}-bit ${FORMATS[odd] ?? 'unknown'} samples`
  if (new Set(bits).size > 1) return `with samples of different depths (${bits.join(', ')} bits)`
  return null
}

function colourProblem(directory: TiffDirectory): string | null {
  const { photometric, compression, subsampling, inkSet, samples } = directory
  const colours = COLOURS[photometric]
  if (colours === undefined) return `of ${ODD_PHOTOMETRICS[photometric] ?? `colour model ${photometric}`}`
  const depths = depthsOf(directory)
  const [bits = 1] = directory.bits
  if (!depths.includes(bits)) return `${photometric === LAB ? 'of L*a*b* colours ' : ''}with ${bits} bits per sample`
  if (photometric === SEPARATED && (inkSet !== 1 || samples < colours)) return 'of other inks than CMYK'
  if (samples < colours) return `with ${samples} samples per pixel where ${colours} belong`
  // libvips does not upsample full chroma, and libtiff's edges of 4 × 4 are wrong.
  if (photometric === YCBCR && compression !== JPEG && !['1,2', '2,1', '2,2', '4,1'].includes(subsampling.join())) {
    return `of YCbCr colours with ${subsampling.join(' × ')} subsampling and without JPEG`
  }
  return null
}

function depthsOf({ photometric, compression }: TiffDirectory): readonly number[] {
  if (CCITT.includes(compression)) return [1]
  if (compression === JPEG || photometric === YCBCR) return [8]
  if (photometric === LAB) return [16]
  if (photometric === RGB || photometric === SEPARATED) return [8, 16]
  return photometric === PALETTE ? [1, 2, 4, 8] : [1, 2, 4, 8, 16]
}

function layoutProblem({ isPlanar, isTiled, bits: [bits = 1], photometric }: TiffDirectory): string | null {
  if (!isPlanar) return null
  // libvips refuses tiles, and misreads the others.
  if (isTiled) return 'in tiles with a plane for each sample'
  return bits < 8 || photometric === YCBCR || photometric === LAB ? 'with a plane for each sample' : null
}

function extraProblem(directory: TiffDirectory): string | null {
  const {
    bits: [bits = 1],
    photometric,
  } = directory
  const extras = extrasOf(directory)
  if (extras.length === 0) return null
  const asWhole = `with ${directory.samples} samples per pixel`
  if (bits < 8 || photometric === LAB || photometric === YCBCR) return asWhole
  // sharp's own limit.
  if (directory.samples > 5) return asWhole
  const [first, ...others] = extras
  const isAlpha = (kind: number | undefined): boolean => kind !== UNSPECIFIED
  if (others.some(isAlpha)) return `${asWhole}, the last of which is its transparency`
  const isMixedIn = isAlpha(first) && first !== UNASSOCIATED_ALPHA
  return isMixedIn && (others.length > 0 || photometric === SEPARATED) ? asWhole : null
}

function channelsToKeep(directory: TiffDirectory): number | null {
  const extras = extrasOf(directory)
  const decoded = 3
  if (extras.length === 0) return null
  if (extras[0] === UNSPECIFIED) return decoded
  return extras.length === 1 ? null : decoded + 1
}

// A sample that the tag does not name counts as unspecified.
function extrasOf({ photometric, samples, extraSamples }: TiffDirectory): readonly number[] {
  const length = Math.max(0, samples - (COLOURS[photometric] ?? samples))
  return Array.from({ length }, (_, index) => extraSamples[index] ?? UNSPECIFIED)
}
