import type { Size } from './geometry.ts'
import type { FfmpegBuild } from './inspect-build.ts'
import type { VideoTrack } from './media-facts.ts'

/** How the colours of a picture are stored. */
export type PictureTarget = 'video' | 'jpeg' | 'webp' | 'png'

/** The part of a track that decides how its pictures are scaled and how their colours are converted. */
export type PictureSource = Pick<VideoTrack, 'colorMatrix' | 'colorTransfer' | 'isHdr' | 'isInterlaced' | 'height'>

/** A chain of filters, and whether it maps high dynamic range to standard range. */
export interface PictureFilters {
  readonly filters: readonly string[]
  readonly isToneMapped: boolean
}

// Players assume BT.709 from this height on when a file does not say: standard definition was made for other screens.
const HIGH_DEFINITION_FROM_HEIGHT = 577

const SCALE_MATRICES: Readonly<Record<string, string>> = {
  bt709: 'bt709',
  smpte170m: 'bt601',
  bt470bg: 'bt601',
  fcc: 'fcc',
  smpte240m: 'smpte240m',
  bt2020nc: 'bt2020',
  bt2020c: 'bt2020',
}

/**
 * Returns the filters that bring decoded pictures, already turned upright by FFmpeg, to `size` with square pixels and 8
 * bits: BT.709 for video, full-range BT.601 for JPEG, BT.601 for WebP, RGB for PNG. Tone-maps high dynamic range if the build can. Pure.
 */
export function pictureFilters(
  source: PictureSource,
  size: Size,
  target: PictureTarget,
  build: Pick<FfmpegBuild, 'filters'>,
): PictureFilters {
  const deinterlace = source.isInterlaced ? ['yadif=deint=interlaced'] : []
  const isToneMapped = source.isHdr && build.filters.has('zscale') && build.filters.has('tonemap')
  const scale = `scale=w=${size.width}:h=${size.height}`
  // Tone mapping comes at about the final size, where it costs least. It takes even sides alone.
  const toneMapped = isToneMapped ? [`scale=w=${evenUp(size.width)}:h=${evenUp(size.height)}`, ...toneMap(source)] : []
  const matrix = isToneMapped ? 'bt709' : matrixOf(source)
  return { filters: [...deinterlace, ...toneMapped, ...TO_COLOURS[target](scale, matrix), 'setsar=1'], isToneMapped }
}

// In steps, because FFmpeg before 5 changes either the matrix or the range, but not both at once.
const TO_COLOURS: Readonly<Record<PictureTarget, (scale: string, matrix: string) => readonly string[]>> = {
  video: (scale, matrix) => [
    `${scale}:in_color_matrix=${matrix}:out_color_matrix=${matrix}:out_range=tv`,
    'format=yuv420p',
    ...(matrix === 'bt709' ? [] : [`scale=in_color_matrix=${matrix}:out_color_matrix=bt709`, 'format=yuv420p']),
  ],
  jpeg: (scale, matrix) => [
    `${scale}:in_color_matrix=${matrix}`,
    'format=rgb24',
    // JFIF defines YCbCr this way.
    'scale=out_color_matrix=bt601:out_range=pc',
    'format=yuvj420p',
  ],
  // WebP has this matrix and range, and no others.
  webp: (scale, matrix) => [
    `${scale}:in_color_matrix=${matrix}`,
    'format=rgb24',
    'scale=out_color_matrix=bt601:out_range=tv',
    'format=yuv420p',
  ],
  png: (scale, matrix) => [`${scale}:in_color_matrix=${matrix}`, 'format=rgb24'],
}

function evenUp(side: number): number {
  return side + (side % 2)
}

function toneMap({ colorTransfer }: PictureSource): readonly string[] {
  return [
    `zscale=tin=${colorTransfer}:pin=bt2020:min=bt2020nc:t=linear:npl=100`,
    'format=gbrpf32le',
    'zscale=p=bt709',
    'tonemap=tonemap=hable:desat=0',
    'zscale=t=bt709:m=bt709:r=tv',
    'format=yuv420p',
  ]
}

function matrixOf({ colorMatrix, height }: PictureSource): string {
  const matrix = colorMatrix === null ? undefined : SCALE_MATRICES[colorMatrix]
  return matrix ?? (height >= HIGH_DEFINITION_FROM_HEIGHT ? 'bt709' : 'bt601')
}
