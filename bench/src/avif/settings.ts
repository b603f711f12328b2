import type { AvifOptions } from 'sharp'

/** A setting of the AVIF encoder. */
export interface AvifSetting {
  readonly options: AvifOptions
  /** Threads for one picture. */
  readonly threads: 1 | 2
}

/** The settings of the curve: the efforts, and what can be added to the default. */
export const EFFORTS: Readonly<Record<string, AvifSetting>> = {
  'effort 0': { options: { effort: 0 }, threads: 1 },
  'effort 1': { options: { effort: 1 }, threads: 1 },
  'effort 2': { options: { effort: 2 }, threads: 1 },
  'effort 3': { options: { effort: 3 }, threads: 1 },
  'effort 4': { options: { effort: 4 }, threads: 1 },
}

/** Variations of the default. */
export const VARIATIONS: Readonly<Record<string, AvifSetting>> = {
  'effort 2, 4:2:0': { options: { effort: 2, chromaSubsampling: '4:2:0' }, threads: 1 },
  'effort 2, 10 bits': { options: { effort: 2, bitdepth: 10 }, threads: 1 },
  'effort 2, tuned for SSIM': { options: { effort: 2, tune: 'ssim' }, threads: 1 },
  'effort 2, tuned for PSNR': { options: { effort: 2, tune: 'psnr' }, threads: 1 },
  'effort 2, two threads': { options: { effort: 2 }, threads: 2 },
}

/** Rindle's default. */
export const DEFAULT = 'effort 2'
/** The encoder's own. */
export const ENCODERS_DEFAULT = 'effort 4'
