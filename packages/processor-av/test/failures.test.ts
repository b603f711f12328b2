import { readdir, symlink } from 'node:fs/promises'
import { join } from 'node:path'
import type { SourceFile } from '@rindle/core'
import type { VariantOutcome } from '@rindle/core/adapter'
import { beforeAll, describe, expect, it } from 'vitest'
import { assertDiskSpace } from '../src/disk-space.ts'
import { avProcessor } from '../src/index.ts'
import { AAC, clip, DRAWN, H264, removeAfterTests, temporaryDirectory } from './clips.ts'
import { fakeFfmpeg, processesWith } from './fake-programs.ts'
import { INSTALLER } from './installer-lane.ts'
import { ffmpegLanes } from './lanes.ts'
import { failure, M4A, MP3, make, outcomesOf, POSTER, request, STRIP, VIDEO, WAVEFORM } from './workbench.ts'

const LANES = ffmpegLanes()
removeAfterTests()

let source: SourceFile
beforeAll(async () => {
  source = await clip('video/mp4', 'mp4', DRAWN.test('320x180', 1), DRAWN.sine(1), H264, AAC)
})

const { ffprobePath } = INSTALLER.programs
const withFfmpeg = (ffmpegPath: string, options: object = {}) => avProcessor({ ffmpegPath, ffprobePath, ...options })

describe('an FFmpeg', () => {
  it('that hangs without progress is stopped with all its children', async () => {
    const mark = `hanging-${crypto.randomUUID()}`
    const path = await fakeFfmpeg(`sh -c 'sleep 60; : ${mark}' & sleep 60`)
    const processor = withFfmpeg(path, { stallTimeoutSeconds: 1 })
    expect(await failure(processor, source, VIDEO)).toMatchObject({
      code: 'processing_timeout',
      message: expect.stringContaining('stallTimeoutSeconds'),
      retryable: true,
    })
    expect(await processesWith(mark)).toEqual([])
  })

  it('that prints reports without progress counts as hung', async () => {
    const path = await fakeFfmpeg('while :; do printf "frame=1\\nspeed=1x\\nprogress=continue\\n"; sleep 0.1; done')
    const processor = withFfmpeg(path, { stallTimeoutSeconds: 1 })
    expect(await failure(processor, source, VIDEO)).toMatchObject({ code: 'processing_timeout' })
  })

  it('that exceeds its time limit is stopped, even if it makes progress', async () => {
    const path = await fakeFfmpeg(
      'n=0; while :; do n=$((n+1)); printf "frame=$n\\nprogress=continue\\n"; sleep 0.1; done',
    )
    const processor = withFfmpeg(path, { timeoutSeconds: 1 })
    expect(await failure(processor, source, VIDEO)).toMatchObject({
      code: 'processing_timeout',
      message: expect.stringContaining('timeoutSeconds'),
    })
  })

  it.each([
    ['KILL', 'process_killed'],
    ['TERM', 'process_killed'],
    ['SEGV', 'program_failed'],
  ] as const)('that ends by SIG%s is %s, with an error that names the signal', async (signal, code) => {
    const path = await fakeFfmpeg(`kill -${signal} $$`)
    expect(await failure(withFfmpeg(path), source, VIDEO)).toMatchObject({
      code,
      retryable: true,
      details: { signal: `SIG${signal}`, exitCode: null, variant: 'only', contentType: 'video/mp4' },
    })
  })

  it('that succeeds but writes nothing is detected', async () => {
    const processor = withFfmpeg(await fakeFfmpeg('exit 0'))
    for (const recipe of [VIDEO, POSTER, STRIP, M4A]) {
      const { code, message } = await failure(processor, source, recipe)
      expect({ code, message }).toEqual({
        code: 'program_failed',
        message: 'FFmpeg succeeded but wrote nothing for only.',
      })
    }
    expect(await failure(processor, source, WAVEFORM)).toMatchObject({ code: 'output_mismatch' })
  })

  it('that writes something else is detected', async () => {
    const other = await clip('video/mp4', 'mp4', DRAWN.test('160x90', 3), DRAWN.sine(3), ['-c:v', 'mpeg4'], AAC, [
      '-vf',
      'setsar=2/1',
    ])
    const processor = withFfmpeg(await fakeFfmpeg(`cp '${other.path}' "\${output#file:}"`))
    expect(await failure(processor, source, VIDEO)).toMatchObject({
      code: 'output_mismatch',
      retryable: false,
      details: {
        problems: [
          'its pictures are mpeg4',
          'it has 160 × 90 pixels instead of 320 × 180',
          'its pixels are not square',
          expect.stringMatching(/^it lasts 30\d\d ms instead of 1\d\d\d ms$/),
        ],
      },
    })
    expect(await failure(processor, source, M4A)).toMatchObject({
      details: { problems: expect.arrayContaining(['its pictures are mpeg4']) },
    })
  })

  it('that writes an unreadable output gives no verdict about the source', async () => {
    const processor = withFfmpeg(await fakeFfmpeg(`echo nonsense > "\${output#file:}"`))
    for (const recipe of [VIDEO, M4A, MP3]) {
      expect(await failure(processor, source, recipe)).toMatchObject({
        code: 'output_mismatch',
        details: { problems: ['it cannot be read back'] },
        cause: { code: 'corrupt_media' },
      })
    }
    for (const recipe of [POSTER, STRIP]) {
      expect(await failure(processor, source, recipe)).toMatchObject({ code: 'output_mismatch' })
    }
  })

  it('that does not start gives no verdict about the file', async () => {
    const path = await fakeFfmpeg(
      'echo "ffmpeg: error while loading shared libraries: libx264.so.164: No such file or directory" >&2; exit 127',
    )
    expect(await failure(withFfmpeg(path), source, VIDEO)).toMatchObject({ code: 'program_not_found' })
  })

  it('that ends with an error passes on its last message, without the path', async () => {
    const path = await fakeFfmpeg(`echo "[AVFilter @ 0x55d] [error] $5 is strange" >&2; exit 7`)
    const error = await failure(withFfmpeg(path), source, VIDEO)
    expect(error).toMatchObject({ code: 'program_failed', details: { exitCode: 7 } })
    expect(error.message).toMatch(/ffmpeg, exit code 7: .* is strange\)/)
    expect(error.message).not.toContain('0x55d')
  })

  it.each([
    ['libx264', VIDEO],
    ['mjpeg', POSTER],
    ['aac', M4A],
  ] as const)('without the encoder %s gives an error that names it', async (encoder, recipe) => {
    const without = `"$real" "$@" | grep -v ' ${encoder} '; exit`
    const path = await fakeFfmpeg('exec "$real" "$@"', without)
    expect(await failure(withFfmpeg(path), source, recipe)).toMatchObject({
      code: 'processor_capability_missing',
      message: expect.stringContaining(`was built without ${encoder}`),
      retryable: false,
    })
  })

  it('without tone mapping still makes the video, and says so', async () => {
    const tags = ['-color_trc', 'arib-std-b67', '-color_primaries', 'bt2020', '-colorspace', 'bt2020nc']
    const hdr = await clip('video/mp4', 'mp4', DRAWN.test('320x180', 0.2), H264, ['-pix_fmt', 'yuv420p10le'], tags)
    const path = await fakeFfmpeg('exec "$real" "$@"', `"$real" "$@" | grep -v ' zscale '; exit`)
    expect(await make(withFfmpeg(path), hdr, VIDEO)).toMatchObject({ metadata: { isToneMapped: false } })
  })
})

describe.each(LANES)('the $lane FFmpeg', ({ lane, programs }) => {
  it.each([
    ['only.mp4', VIDEO, 'insufficient_disk'],
    ['only.m4a', M4A, 'insufficient_disk'],
    // The old build reports no error when it cannot write a picture.
    ['only.jpg', POSTER, lane === 'installer' ? 'program_failed' : 'insufficient_disk'],
  ] as const)('that cannot write %s to a full disk fails', async (file, recipe, code) => {
    const outcomes: VariantOutcome[] = []
    const work = await request(source, { only: recipe }, { onOutcome: async (outcome) => void outcomes.push(outcome) })
    await symlink('/dev/full', join(work.directory, file))
    await avProcessor(programs).process(work)
    expect(outcomes).toMatchObject([{ error: { code, retryable: true } }])
  })
})

describe('an output', () => {
  it('that grows larger than its duration allows is stopped by the system', async () => {
    const path = await fakeFfmpeg('exec head -c 100000000 /dev/zero > "${output#file:}"')
    expect(await failure(withFfmpeg(path), source, VIDEO)).toMatchObject({
      code: 'limit_exceeded',
      retryable: false,
      details: { signal: 'SIGXFSZ' },
    })
  })

  it('without enough disk space is not begun', async () => {
    const directory = await temporaryDirectory()
    await assertDiskSpace(directory, 1)
    await expect(assertDiskSpace(directory, Number.MAX_SAFE_INTEGER)).rejects.toMatchObject({
      code: 'insufficient_disk',
      retryable: true,
      details: { neededBytes: Number.MAX_SAFE_INTEGER },
    })
  })

  it('that is a cut-off picture is detected', async () => {
    const whole = await make(avProcessor(INSTALLER.programs), source, POSTER)
    const path = await fakeFfmpeg(`
      case "$*" in *mjpeg*) exec head -c 2000 '${whole.path}' > "$output" ;; *) exec "$real" "$@" ;; esac`)
    expect(await failure(withFfmpeg(path), source, POSTER)).toMatchObject({
      code: 'output_mismatch',
      details: { problems: ['it is cut off'] },
    })
  })
})

describe('cancelling', () => {
  it('stops a running encoder within a second, and leaves no process', async () => {
    const path = await fakeFfmpeg('printf "out_time_us=500000\\nprogress=continue\\n"; sleep 60 & sleep 60')
    const controller = new AbortController()
    const started = Promise.withResolvers<void>()
    const { signal } = controller
    const work = await request(source, { video: VIDEO }, { signal, onProgress: () => started.resolve() })
    const processing = withFfmpeg(path).process(work)
    await started.promise
    expect(await processesWith(work.directory)).not.toEqual([])
    const abortedAt = performance.now()
    controller.abort(new Error('enough'))
    await expect(processing).rejects.toMatchObject({
      code: 'variant_processing_cancelled',
      cause: expect.objectContaining({ message: 'enough' }),
    })
    expect(performance.now() - abortedAt).toBeLessThan(1_000)
    expect(await processesWith(work.directory)).toEqual([])
  })

  it('before the work makes nothing', async () => {
    const onOutcome = async (): Promise<void> => expect.unreachable()
    const work = await request(source, { video: VIDEO }, { signal: AbortSignal.abort(), onOutcome })
    await expect(avProcessor(INSTALLER.programs).process(work)).rejects.toMatchObject({
      code: 'variant_processing_cancelled',
    })
    expect(await readdir(work.directory)).toEqual([])
  })

  it('between two variants leaves the second unmade', async () => {
    const controller = new AbortController()
    const delivered: string[] = []
    const onOutcome = async ({ name }: VariantOutcome): Promise<void> => {
      delivered.push(name)
      controller.abort()
    }
    const work = await request(source, { a: M4A, b: M4A }, { signal: controller.signal, onOutcome })
    await expect(avProcessor(INSTALLER.programs).process(work)).rejects.toMatchObject({
      code: 'variant_processing_cancelled',
    })
    expect(delivered).toEqual(['a'])
  })
})

describe('one variant', () => {
  it('that fails does not stop the others', async () => {
    const silent = await clip('video/mp4', 'mp4', DRAWN.test('320x180', 0.2), H264)
    const outcomes = await outcomesOf(avProcessor(INSTALLER.programs), silent, {
      sound: M4A,
      video: VIDEO,
    })
    expect(outcomes.get('sound')).toMatchObject({ error: { code: 'processing_failed' } })
    expect(outcomes.get('video')).toMatchObject({ output: { width: 320 } })
  })

  it('of a source beyond its limits fails with all the others', async () => {
    const outcomes = await outcomesOf(
      avProcessor(INSTALLER.programs),
      source,
      { a: VIDEO, b: POSTER },
      {
        limits: { maxPixels: 10 },
      },
    )
    expect([...outcomes.values()]).toMatchObject([
      { error: { code: 'limit_exceeded' } },
      { error: { code: 'limit_exceeded' } },
    ])
  })

  it('whose outcome the receiver rejects ends the work with that error', async () => {
    const onOutcome = async (): Promise<void> => {
      throw new Error('the database is gone')
    }
    const work = await request(source, { a: M4A, b: M4A }, { onOutcome })
    await expect(avProcessor(INSTALLER.programs).process(work)).rejects.toThrow('the database is gone')
  })
})
