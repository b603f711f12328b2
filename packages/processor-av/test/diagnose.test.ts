import { describe, expect, test } from 'vitest'
import { buildFindings } from '../src/diagnose.ts'
import type { FfmpegBuild } from '../src/inspect-build.ts'

const EVERYTHING = ['mjpeg', 'libx264', 'aac', 'libmp3lame', 'pcm_s16le']

function build(changes: Partial<FfmpegBuild> = {}): FfmpegBuild {
  return {
    path: '/usr/bin/ffmpeg',
    source: 'path',
    version: '7.1',
    isOld: false,
    encoders: new Set(EVERYTHING),
    filters: new Set(),
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

  test('that is old gets a warning with every encoder that it lacks, needed or not', () => {
    const encoders = new Set(['mjpeg', 'aac'])
    expect(buildFindings(build({ version: '4.4', isOld: true, encoders }), new Set(['audio/aac']))).toMatchObject([
      {},
      { status: 'warn', summary: 'FFmpeg 4.4 is older than 6.0; it has no libx264, libmp3lame, pcm_s16le' },
      { status: 'ok' },
    ])
    const whole = buildFindings(build({ version: '5.1', isOld: true }), new Set())
    expect(whole[1]).toMatchObject({ status: 'warn', summary: 'FFmpeg 5.1 is older than 6.0; it has every encoder' })
  })

  test('that lacks needed encoders gets an error with the capabilities that need them', () => {
    const encoders = new Set(['mjpeg', 'pcm_s16le'])
    const needed = new Set(['video/h264', 'audio/aac', 'waveform/json'])
    expect(buildFindings(build({ encoders }), needed)[2]).toMatchObject({
      status: 'error',
      summary: 'FFmpeg 7.1 was built without libx264, aac, needed by video/h264, audio/aac',
    })
  })
})
