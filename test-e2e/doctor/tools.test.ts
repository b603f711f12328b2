import { execFile } from 'node:child_process'
import { chmod, mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { defineProfile, type Processor } from '@rindle/core'
import { avProcessor, inspectFfmpeg } from '@rindle/processor-av'
import { audio, poster, video } from '@rindle/processor-av/recipes'
import { imageProcessor } from '@rindle/processor-image'
import { describe, expect, it, onTestFinished } from 'vitest'
import { patientOf } from './patient.ts'

const run = promisify(execFile)

// Nothing answers there: these tests make no request.
const database = 'postgres://nobody@127.0.0.1:1/nothing'
const offline = { offline: true }

const film = defineProfile({
  storage: 'main',
  accept: { types: ['video/*'], maxBytes: 1_000_000 },
  variants: { web: video.mp4({ height: 720 }), poster: poster() },
})
const sound = defineProfile({
  storage: 'main',
  accept: { types: ['audio/*'], maxBytes: 1_000_000 },
  variants: { mp3: audio.mp3() },
})

async function directoryFor(): Promise<string> {
  const directory = await mkdtemp(join(tmpdir(), 'rindle-doctor-'))
  onTestFinished(() => rm(directory, { recursive: true, force: true }))
  return directory
}

/** The real ffmpeg, but for the lines of its answers about itself that name any of these. */
async function ffmpegWithout(...words: readonly string[]): Promise<string> {
  const { ffmpeg } = await inspectFfmpeg()
  const path = join(await directoryFor(), 'ffmpeg')
  await writeFile(path, `#!/bin/sh\n'${ffmpeg.path}' "$@" | grep -vE ' (${words.join('|')}) '\n`)
  await chmod(path, 0o755)
  return path
}

describe('of FFmpeg the doctor names', () => {
  it('an encoder that is missing, for the profiles that need it, until one with it is installed', async () => {
    const processors = [avProcessor({ ffmpegPath: await ffmpegWithout('libx264') })]
    const patient = await patientOf({ database, processors, profiles: { film, sound } })
    expect(await patient.finding('ffmpeg.encoders', offline)).toMatchObject({
      status: 'error',
      summary: expect.stringMatching(/^FFmpeg \S+ was built without libx264, needed by video\/h264$/),
      fix: 'Install a build of FFmpeg that has what is missing.',
    })
    expect(await patient.finding('ffmpeg.encoders', { ...offline, profiles: ['sound'] })).toMatchObject({
      status: 'ok',
    })
    const repaired = await patientOf({ database, processors: [avProcessor()], profiles: { film, sound } })
    expect(await repaired.finding('ffmpeg.encoders', offline)).toMatchObject({ status: 'ok' })
  })

  it('a missing one, and one that is not an ffmpeg', async () => {
    const nowhere = join(await directoryFor(), 'ffmpeg')
    const patient = await patientOf({
      database,
      processors: [avProcessor({ ffmpegPath: nowhere, ffprobePath: nowhere })],
      profiles: { film },
    })
    const { checks } = await patient.examine(offline)
    expect(checks.filter(({ component }) => component === 'av')).toMatchObject([
      { id: 'ffmpeg.found', status: 'error', fix: expect.stringContaining('RINDLE_FFMPEG_PATH') },
      { id: 'ffprobe.found', status: 'error' },
    ])
    await writeFile(nowhere, '#!/bin/sh\necho hello\n')
    await chmod(nowhere, 0o755)
    expect(await patient.finding('av', offline)).toMatchObject({
      status: 'error',
      summary: expect.stringContaining('is not an ffmpeg'),
    })
  })

  it('an old one and its missing parts, as a warning', async () => {
    const { ffmpeg } = await inspectFfmpeg()
    const patient = await patientOf({ database, processors: [avProcessor()], profiles: { film } })
    expect(await patient.finding('ffmpeg.version', offline)).toMatchObject({
      status: ffmpeg.isOld ? 'warn' : 'ok',
      summary: expect.stringContaining(ffmpeg.version),
    })
  })

  it('nothing where no profile needs it', async () => {
    const photo = defineProfile({ storage: 'main', accept: { types: ['image/png'], maxBytes: 1_000 } })
    const patient = await patientOf({ database, processors: [avProcessor()], profiles: { photo } })
    expect(await patient.finding('ffmpeg.found', offline)).toBeUndefined()
  })
})

describe('of the disk the doctor names', () => {
  /** A directory on a disk of so many bytes, which goes with the test. */
  async function smallDisk(bytes: number): Promise<string> {
    const directory = await directoryFor()
    await run('mount', ['-t', 'tmpfs', '-o', `size=${bytes}`, 'none', directory])
    onTestFinished(async () => void (await run('umount', [directory])))
    return directory
  }

  it('one that is full, until there is space', async ({ skip }) => {
    if (process.platform !== 'linux' || process.getuid?.() !== 0) skip('only root of a Linux makes a small disk')
    const disk = await smallDisk(4 * 1024 ** 2)
    const file = defineProfile({ storage: 'main', accept: { types: ['image/png'], maxBytes: 1_000_000 } })
    const patient = await patientOf({ database, workDirectory: join(disk, 'work'), profiles: { file } })
    expect(await patient.finding('work_directory.writable', offline)).toMatchObject({ status: 'ok' })
    expect(await patient.finding('work_directory.space', offline)).toMatchObject({ status: 'ok' })
    expect(await readdir(disk)).toEqual([])

    const ballast = join(disk, 'ballast')
    await writeFile(ballast, Buffer.alloc(4 * 1024 ** 2 - 4_096))
    const { checks } = await patient.examine(offline)
    expect(checks.filter(({ component }) => component === 'disk')).toMatchObject([
      {
        id: 'work_directory.writable',
        status: 'error',
        summary: expect.stringMatching(/cannot be written: .*ENOSPC/),
        fix: expect.stringContaining('Free space'),
      },
      {
        id: 'work_directory.space',
        status: 'error',
        summary: expect.stringMatching(/^\d\S* \w?B free; the largest accepted source has 1 MB$/),
      },
    ])
    await rm(ballast)
    expect(await patient.finding('work_directory.writable', offline)).toMatchObject({ status: 'ok' })
  })

  it('a work directory that cannot be, and makes none for good', async () => {
    const directory = await directoryFor()
    await writeFile(join(directory, 'file'), '')
    const impossible = await patientOf({ database, workDirectory: join(directory, 'file', 'work') })
    expect(await impossible.finding('work_directory.writable', offline)).toMatchObject({
      status: 'error',
      summary: expect.stringContaining('ENOTDIR'),
    })
    const fresh = await patientOf({ database, workDirectory: join(directory, 'a', 'b', 'work') })
    expect(await fresh.finding('work_directory.writable', offline)).toMatchObject({ status: 'ok' })
    expect(await readdir(directory)).toEqual(['file'])
    const kept = join(directory, 'kept')
    await mkdir(kept)
    const existing = await patientOf({ database, workDirectory: kept })
    await existing.examine(offline)
    expect(await readdir(directory)).toEqual(['file', 'kept'])
  })
})

it('what a processor throws is an error of its check, and the others are made', async () => {
  const broken: Processor = {
    ...imageProcessor(),
    async *diagnose() {
      yield { id: 'sharp.version', status: 'ok', summary: 'sharp' }
      throw new Error('libvips is gone')
    },
  }
  const patient = await patientOf({ database, processors: [broken] })
  const { checks } = await patient.examine(offline)
  expect(checks.map(({ id, status }) => `${id} ${status}`)).toEqual([
    'node.version ok',
    'node.environment ok',
    'profile.recipes ok',
    'profile.storage ok',
    'profile.processors ok',
    'sharp.version ok',
    'image error',
    'work_directory.writable ok',
    'work_directory.space ok',
  ])
  expect(checks.find(({ id }) => id === 'image')?.summary).toBe('could not be checked: libvips is gone')
})

it('an unknown profile, and impossible options, are refused', async () => {
  const patient = await patientOf({ database })
  await expect(patient.examine({ profiles: ['foto'] })).rejects.toMatchObject({ code: 'unknown_profile' })
  for (const wrong of [
    { timeoutMs: 0 },
    { timeoutMs: 2 ** 31 },
    { origin: 'app.example' },
    { origin: 'https://a.b/c' },
  ]) {
    await expect(patient.examine(wrong)).rejects.toMatchObject({ code: 'invalid_input' })
  }
})
