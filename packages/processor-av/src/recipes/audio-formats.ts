/** Codecs of sound. */
export const AUDIO_CODECS = ['aac', 'mp3', 'opus', 'flac'] as const

/** One of {@link AUDIO_CODECS}. */
export type AudioCodec = (typeof AUDIO_CODECS)[number]

/** Sample rates of an output, in hertz. */
export const SAMPLE_RATES = [8_000, 16_000, 22_050, 24_000, 32_000, 44_100, 48_000, 96_000] as const

/** One of {@link SAMPLE_RATES}. */
export type SampleRate = (typeof SAMPLE_RATES)[number]

/** What recipes may ask of one codec. */
export interface AudioFormatFacts {
  readonly contentType: string
  /** In kbit/s; `null`: a lossless codec, whose bitrate is what the sound needs. */
  readonly bitrates: { readonly min: number; readonly max: number; readonly usual: number } | null
  readonly maxSampleRate: number
  readonly cost: number
}

/**
 * The facts of every codec. The range of bitrates is the encoder's; Opus at 96 kbit/s is at least as good as AAC and MP3
 * at 128. A changed default changes the digest of every recipe that relies on it.
 */
export const AUDIO_FORMAT_FACTS: Readonly<Record<AudioCodec, AudioFormatFacts>> = {
  aac: { contentType: 'audio/mp4', bitrates: { min: 24, max: 512, usual: 128 }, maxSampleRate: 96_000, cost: 10 },
  mp3: { contentType: 'audio/mpeg', bitrates: { min: 32, max: 320, usual: 128 }, maxSampleRate: 48_000, cost: 10 },
  // Opus itself has one rate.
  opus: { contentType: 'audio/ogg', bitrates: { min: 16, max: 510, usual: 96 }, maxSampleRate: 48_000, cost: 10 },
  flac: { contentType: 'audio/flac', bitrates: null, maxSampleRate: 96_000, cost: 5 },
}
