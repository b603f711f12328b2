import { describe, expect, it } from 'vitest'
import { nothingDecoded, runFailure } from '../src/map-error.ts'

const MAKING = {
  program: 'ffmpeg',
  step: 'make',
  input: { path: '/var/media/job 7/original', contentType: 'audio/wav' },
  variant: 'sound',
  outputs: ['/var/media/job 7/sound.m4a'],
} as const
const READING = {
  program: 'ffprobe',
  step: 'read',
  input: { path: '/var/media/original', contentType: 'audio/mpeg' },
} as const

const ended = (...lines: readonly string[]) => ({ exitCode: 1, signal: null, messages: `${lines.join('\n')}\n` })

describe('the reason of a failure', () => {
  it('is the line that names the cause, not a line that follows from it', () => {
    const error = runFailure(
      ended(
        '[info] Input #0, wav',
        '[auto_resampler_0 @ 0x31b1f0c0] [SWR @ 0x31b1f540] [error] Rematrix is needed between 9 channels and stereo but there is not enough information to do it',
        '[auto_resampler_0 @ 0x31b1f0c0] [error] Failed to configure output pad on auto_resampler_0',
        '[error] Error reinitializing filters!',
        '[error] Failed to inject frame into filter network: Invalid argument',
        '[fatal] Error while processing the decoded data for stream #0:0',
      ),
      MAKING,
    )
    expect(error).toMatchObject({
      code: 'unsupported_codec',
      message:
        'Could not make the audio/wav for sound: FFmpeg cannot mix its channels; convert the sound to stereo before the upload (ffmpeg, exit code 1: Rematrix is needed between 9 channels and stereo but there is not enough information to do it).',
    })
  })

  it.each([
    [
      'an unknown message',
      'program_failed',
      'a new trouble',
      [
        '[aac @ 0x1] [error] a new trouble',
        '[af#0:0 @ 0x2] [error] Task finished with error code: -22 (Invalid argument)',
        '[af#0:0 @ 0x2] [error] Terminating thread with return code -22 (Invalid argument)',
        '[out#0/ipod @ 0x3] [error] Nothing was written into output file, because at least one of its streams received no packets.',
      ],
    ],
    [
      'samples that are not numbers',
      'corrupt_media',
      'Input contains (near) NaN/+-Inf',
      ['[aac @ 0x1] [error] Input contains (near) NaN/+-Inf', '[fatal] Error submitting audio frame to the encoder'],
    ],
    [
      'a full disk, after damage that did not matter',
      'insufficient_disk',
      'output: No space left on device',
      [
        '[aac @ 0x1] [error] Input buffer exhausted before END element found',
        '[error] Error while decoding stream #0:0: Invalid data found when processing input',
        '[error] /var/media/job 7/sound.m4a: No space left on device',
      ],
    ],
    [
      'damage that only the last line reports',
      'corrupt_media',
      'file:source: Invalid data found when processing input',
      ['[fatal] file:/var/media/job 7/original: Invalid data found when processing input'],
    ],
    [
      'a warning of several lines before it',
      'unsupported_codec',
      'Cannot determine format of input stream 0:0 after EOF',
      [
        '[wv @ 0x1] [warning] Could not find codec parameters for stream 0 (Audio: wavpack): unspecified sample format',
        "Consider increasing the value for the 'analyzeduration' (0) and 'probesize' (5000000) options",
        '[error] Cannot determine format of input stream 0:0 after EOF',
        '[fatal] Error marking filters as finished',
      ],
    ],
    [
      'a kind of RIFF that is too new',
      'unsupported_codec',
      'invalid start code BW64 in RIFF header',
      [
        '[wav @ 0x1] [error] invalid start code BW64 in RIFF header',
        '[error] file:/var/media/job 7/original: Invalid data found when processing input',
      ],
    ],
  ])('is found for %s', (_name, code, cause, lines) => {
    const error = runFailure(ended(...lines), MAKING)
    expect(error.code).toBe(code)
    expect(error.message).toContain(` (ffmpeg, exit code 1: ${cause}).`)
    expect(error.message).not.toMatch(/\/media|0x/)
  })

  it.each([
    'av_interleaved_write_frame(): Invalid data found when processing input',
    'Error while opening encoder for output stream #0:0: Invalid data found when processing input',
    '/var/media/job 7/sound.m4a: Invalid data found when processing input',
  ])('is no verdict about the source when an output fails: %s', (line) => {
    expect(runFailure(ended(`[error] ${line}`), MAKING)).toMatchObject({ code: 'program_failed', retryable: true })
  })

  it.each([
    ['[mp3 @ 0x1] [error] Failed to find two consecutive MPEG audio frames.', 'fewer than two whole frames of sound'],
    ['[mp3 @ 0x1] [error] Invalid frame size (417): Could not seek to 417.', 'fewer than two whole frames of sound'],
    ['[matroska,webm @ 0x1] [error] File ended prematurely', 'truncated or damaged'],
    ['', 'truncated or damaged'],
  ])('is found for a file that cannot be opened: %s', (line, what) => {
    const error = runFailure(ended(line, '[error] file:/var/media/original: Invalid argument'), READING)
    expect(error).toMatchObject({ code: 'corrupt_media', message: expect.stringContaining(what) })
  })
})

describe('a run that had nothing to encode', () => {
  const EMPTY = '[warning] Output file is empty, nothing was encoded (check -ss / -t / -frames parameters if used)'
  const SUM = '[info] video:0kB audio:0kB subtitle:0kB other streams:0kB global headers:0kB muxing overhead: unknown'

  it.each([EMPTY, SUM])('from an undamaged source met an unknown format: %s', (line) => {
    expect(nothingDecoded(line, MAKING)).toMatchObject({ code: 'unsupported_codec', retryable: false })
  })

  it('from a damaged source passes on the message of FFmpeg', () => {
    const error = nothingDecoded(`[mov,mp4 @ 0x1] [error] stream 0, offset 0x6e1: partial file\n${EMPTY}`, MAKING)
    expect(error).toMatchObject({ code: 'corrupt_media', message: expect.stringContaining('partial file') })
  })

  it('with an unknown message gives no verdict', () => {
    const error = nothingDecoded(`[aac @ 0x1] [error] a new trouble\n${EMPTY}`, MAKING)
    expect(error).toMatchObject({ code: 'program_failed', message: expect.stringContaining('a new trouble') })
  })

  it('is not confused with one that wrote little: silence takes less than a kilobyte', () => {
    const silent =
      '[info] video:0kB audio:0kB subtitle:0kB other streams:0kB global headers:0kB muxing overhead: 512.7%'
    expect(nothingDecoded(silent, MAKING)).toBeNull()
  })
})
