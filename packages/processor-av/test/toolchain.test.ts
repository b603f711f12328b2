import { chmod, symlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { CAPABILITY_NEEDS } from '../src/capability-needs.ts'
import { findBinary } from '../src/find-binary.ts'
import { avProcessor, inspectFfmpeg } from '../src/index.ts'
import { inspectBuild } from '../src/inspect-build.ts'
import { parseOptions } from '../src/options.ts'
import { audio, poster, video } from '../src/recipes/index.ts'
import { removeAfterTests, temporaryDirectory } from './clips.ts'
import { fakeFfmpeg } from './fake-programs.ts'
import { INSTALLER } from './installer-lane.ts'
import { ffmpegLanes } from './lanes.ts'

const LANES = ffmpegLanes()
removeAfterTests()

afterEach(() => vi.unstubAllEnvs())

describe('FFmpeg is searched for', () => {
  const { ffmpegPath } = INSTALLER.programs

  it('in the option, then in the environment, then on the PATH, then in its package', async () => {
    const onPath = await temporaryDirectory()
    await symlink(ffmpegPath, join(onPath, 'ffmpeg'))
    const named = await fakeFfmpeg('exit 0')
    vi.stubEnv('RINDLE_FFMPEG_PATH', named)
    vi.stubEnv('PATH', `/nowhere:${onPath}`)
    expect(await findBinary('ffmpeg', ffmpegPath)).toEqual({ path: ffmpegPath, source: 'option' })
    expect(await findBinary('ffmpeg', undefined)).toEqual({ path: named, source: 'environment' })
    vi.stubEnv('RINDLE_FFMPEG_PATH', undefined)
    expect(await findBinary('ffmpeg', undefined)).toEqual({ path: join(onPath, 'ffmpeg'), source: 'path' })
    vi.stubEnv('PATH', '/nowhere')
    expect(await findBinary('ffmpeg', undefined)).toEqual({ path: ffmpegPath, source: 'installer' })
    expect(await findBinary('ffprobe', undefined)).toEqual({
      path: INSTALLER.programs.ffprobePath,
      source: 'installer',
    })
  })

  it('nowhere else when the named program is missing', async () => {
    await expect(findBinary('ffmpeg', '/nowhere/ffmpeg')).rejects.toMatchObject({
      code: 'program_not_found',
      message: 'the option `ffmpegPath` names /nowhere/ffmpeg as ffmpeg, but no program is there.',
      retryable: false,
    })
    vi.stubEnv('RINDLE_FFPROBE_PATH', '/nowhere/ffprobe')
    await expect(findBinary('ffprobe', undefined)).rejects.toMatchObject({
      code: 'program_not_found',
      message: expect.stringContaining('RINDLE_FFPROBE_PATH'),
    })
  })

  it('again after a failure', async () => {
    const path = join(await temporaryDirectory(), 'ffprobe')
    const processor = avProcessor({ ffprobePath: path })
    const source = { path: '/nowhere/original', contentType: 'video/mp4', byteSize: 1 }
    const probing = () => processor.probe(source, { limits: { maxPixels: 1 } })
    await expect(probing()).rejects.toMatchObject({ code: 'program_not_found' })
    await symlink(INSTALLER.programs.ffprobePath, path)
    await expect(probing()).rejects.toMatchObject({ code: 'variant_source_not_found' })
  })
})

describe('a build', () => {
  it.each(LANES)('says its version and what it has: $lane', async ({ programs }) => {
    const build = await inspectBuild({ path: programs.ffmpegPath, source: 'option' })
    expect(build.version).toMatch(/^N-47683-|^\d+\.\d+/)
    expect([...build.encoders]).toEqual(expect.arrayContaining(['libx264', 'aac', 'libmp3lame', 'mjpeg', 'pcm_s16le']))
    expect([...build.filters]).toEqual(expect.arrayContaining(['scale', 'zscale', 'tonemap', 'loudnorm', 'yadif']))
    expect(build.filters.has('libx264')).toBe(false)
  })

  it.each([
    ['5.1.9', '59. 37.100', true],
    ['N-47683-g0e8eb07980', '58. 42.100', true],
    ['6.0', '60.  3.100', false],
    ['n8.0.1-dirty', '62. 11.100', false],
  ])('called %s with libavcodec %s is old: %s', async (version, libavcodec, isOld) => {
    const said = `echo 'ffmpeg version ${version} Copyright (c) 2000'; echo 'libavcodec     ${libavcodec} / ${libavcodec}'; exit`
    const path = await fakeFfmpeg('exit 1', said)
    expect(await inspectBuild({ path, source: 'option' })).toMatchObject({ version, isOld })
  })

  it('that is something else is refused', async () => {
    await expect(inspectBuild({ path: process.execPath, source: 'option' })).rejects.toMatchObject({
      code: 'program_not_found',
    })
    const path = join(await temporaryDirectory(), 'ffmpeg')
    await writeFile(path, '#!/bin/sh\necho hello\n')
    await chmod(path, 0o755)
    await expect(inspectBuild({ path, source: 'option' })).rejects.toMatchObject({
      message: expect.stringContaining('is not an ffmpeg'),
    })
  })
})

describe('a report on FFmpeg', () => {
  it.each(LANES)('names the programs in use and what they lack: $lane', async ({ programs }) => {
    expect(await inspectFfmpeg(programs)).toMatchObject({
      ffmpeg: { path: programs.ffmpegPath, source: 'option', canToneMap: true },
      ffprobe: { path: programs.ffprobePath, source: 'option' },
    })
  })

  it('lists missing encoders by the capability that needs them', async () => {
    const ffmpegPath = await fakeFfmpeg('exit 1', `"$real" "$@" | grep -vE ' (aac|zscale) '; exit`)
    expect((await inspectFfmpeg({ ffmpegPath })).ffmpeg).toMatchObject({
      missing: expect.objectContaining({ 'video/h264': ['aac'], 'audio/aac': ['aac'] }),
      canToneMap: false,
    })
  })
})

describe('options', () => {
  it('are all optional', () => {
    const { threads, ...rest } = parseOptions({})
    expect(threads).toBeGreaterThanOrEqual(1)
    expect(rest).toEqual({
      ffmpegPath: undefined,
      ffprobePath: undefined,
      timeoutMs: 14_400_000,
      stallTimeoutMs: 300_000,
      maxMemoryBytes: 4 * 1024 ** 3,
    })
  })

  it('are refused together, each problem with its path', () => {
    const wrong: Record<string, unknown> = { threads: 0, ffmpegPath: '', quality: 3 }
    const create = (): unknown => avProcessor(wrong)
    expect(create).toThrow(/ffmpegPath[\s\S]*threads[\s\S]*quality: is not an option/)
    expect(create).toThrow(expect.objectContaining({ code: 'config_invalid' }))
  })

  it('do not change what the processor makes and reads, and need no FFmpeg', () => {
    const { name, capabilities, probes } = avProcessor({ ffmpegPath: '/nowhere' })
    expect(name).toBe('av')
    const needed = [
      video.mp4(),
      video.webm({ codec: 'av1', subtitles: 'burn' }),
      video.preview(),
      audio.flac(),
      poster(),
    ]
    for (const { facts } of needed) expect(capabilities).toContain(facts.capability)
    expect(capabilities).toEqual(new Set(Object.keys(CAPABILITY_NEEDS)))
    expect(probes.has('video/mp4')).toBe(true)
    expect(probes.has('image/png')).toBe(false)
  })
})
