import { describe, expect, test } from 'vitest'
import { CAPABILITY_NEEDS } from '../src/capability-needs.ts'
import { buildFindings } from '../src/diagnose.ts'
import type { BuildParts, FfmpegBuild } from '../src/inspect-build.ts'

const EVERYTHING = Object.values(CAPABILITY_NEEDS)
const all = (part: keyof BuildParts) => new Set(EVERYTHING.flatMap((needs) => needs[part] ?? []))

function build(changes: Partial<FfmpegBuild> = {}): FfmpegBuild {
  return {
    path: '/usr/bin/ffmpeg',
    source: 'path',
    version: '7.1',
    isOld: false,
    encoders: all('encoders'),
    filters: all('filters'),
    muxers: all('muxers'),
    ...changes,
  }
}

describe('a build of FFmpeg', () => {
  test('that is current and complete is fine', () => {
    expect(buildFindings(build(), new Set(['video/h264'])).map(({ id, status }) => [id, status])).toEqual([
      ['ffmpeg.found', 'ok'],
      ['ffmpeg.version', 'ok'],
      ['ffmpeg.encoders', 'ok'],
    ])
  })

  test('that is old gets a warning with everything that it lacks, needed or not', () => {
    const encoders = new Set([...all('encoders')].filter((name) => name !== 'libx264' && name !== 'libsvtav1'))
    const old = build({ version: '4.4', isOld: true, encoders, filters: new Set(['palettegen']), muxers: new Set() })
    expect(buildFindings(old, new Set(['audio/aac']))).toMatchObject([
      {},
      {
        status: 'warn',
        summary:
          'FFmpeg 4.4 is older than 6.0; it lacks the format avif, the filter paletteuse, libx264, the filter subtitles, libsvtav1, the format mp4',
      },
      { status: 'ok' },
    ])
    const whole = buildFindings(build({ version: '5.1', isOld: true }), new Set())
    expect(whole[1]).toMatchObject({
      status: 'warn',
      summary: 'FFmpeg 5.1 is older than 6.0; it has every part that recipes use',
    })
  })

  test('that lacks needed encoders gets an error with the capabilities that need them', () => {
    const encoders = new Set(['mjpeg', 'pcm_s16le'])
    const needed = new Set(['video/h264', 'audio/aac', 'waveform/json'])
    expect(buildFindings(build({ encoders }), needed)[2]).toMatchObject({
      status: 'error',
      summary: 'FFmpeg 7.1 was built without libx264, aac, needed by video/h264, audio/aac',
    })
    const plain = build({
      encoders: new Set([...all('encoders')].filter((name) => name !== 'libx265')),
      filters: new Set(),
    })
    expect(buildFindings(plain, new Set(['video/hevc', 'video/h264+subtitles', 'video/vp9']))[2]).toMatchObject({
      status: 'error',
      summary: 'FFmpeg 7.1 was built without libx265, the filter subtitles, needed by video/hevc, video/h264+subtitles',
    })
  })
})
