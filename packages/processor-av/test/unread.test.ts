import { chmod, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { avProcessor } from '../src/index.ts'
import { clip, DRAWN, H264, removeAfterTests, temporaryDirectory } from './clips.ts'
import { INSTALLER } from './installer-lane.ts'
import { ffmpegLanes } from './lanes.ts'
import { LIMITS } from './workbench.ts'

const LANES = ffmpegLanes()
removeAfterTests()

// Each is damaged at its beginning so that ffprobe prints the same as in an outage, or nothing that is known.
const DAMAGED = [
  [
    'more channels than possible',
    'audio/aiff',
    'aiff',
    (bytes: Buffer) => bytes.writeUInt16BE(0x80_01, bytes.indexOf('COMM') + 8),
  ],
  [
    'a metadata block that ends beyond the file',
    'audio/flac',
    'flac',
    (bytes: Buffer) => bytes.writeUIntBE(0xff_ff_ff, bytes.indexOf('fLaC') + 43, 3),
  ],
  ['only a beginning', 'audio/aac', 'aac', (bytes: Buffer) => bytes.fill(0, 7)],
  ['no picture with a size', 'video/x-flv', 'flv', (bytes: Buffer) => bytes.fill(0, 200)],
] as const

describe.each(LANES)('a file that the $lane ffprobe cannot read', ({ programs }) => {
  it.each(DAMAGED)('is damaged when it has %s', async (_what, contentType, extension, spoil) => {
    const input = extension === 'flv' ? [DRAWN.test('160x90', 1), ['-c:v', 'flv1']] : [DRAWN.sine(1)]
    const source = await clip(contentType, extension, ...input)
    const bytes = await readFile(source.path)
    spoil(bytes)
    await writeFile(source.path, bytes)
    const probing = avProcessor(programs).probe(source, { limits: LIMITS })
    await expect(probing).rejects.toMatchObject({ code: 'corrupt_media', retryable: false })
  })
})

describe('a file that ffprobe cannot read', () => {
  it('is not judged when ffprobe cannot read another file either', async () => {
    const source = await clip('video/mp4', 'mp4', DRAWN.test('160x90', 0.2), H264)
    const ffprobePath = await program('echo "[fatal] Unrecognized option format_whitelist." >&2; exit 1')
    const probing = avProcessor({ ...INSTALLER.programs, ffprobePath }).probe(source, { limits: LIMITS })
    await expect(probing).rejects.toMatchObject({
      code: 'program_failed',
      retryable: true,
      message: expect.stringContaining('Unrecognized option'),
    })
  })

  it('is damaged when ffprobe can read another file', async () => {
    const source = await clip('video/mp4', 'mp4', DRAWN.test('160x90', 0.2), H264)
    const ffprobePath = await program(`
      case "$*" in *'${source.path}') echo "[error] Something unheard of." >&2; exit 1 ;; esac
      exec '${INSTALLER.programs.ffprobePath}' "$@"`)
    const probing = avProcessor({ ...INSTALLER.programs, ffprobePath }).probe(source, { limits: LIMITS })
    await expect(probing).rejects.toMatchObject({
      code: 'corrupt_media',
      message: expect.stringContaining('Something unheard of'),
    })
  })

  it('is not judged when ffprobe crashes', async () => {
    const source = await clip('video/mp4', 'mp4', DRAWN.test('160x90', 0.2), H264)
    const ffprobePath = await program(`
      case "$*" in *'${source.path}') kill -SEGV $$ ;; esac
      exec '${INSTALLER.programs.ffprobePath}' "$@"`)
    const probing = avProcessor({ ...INSTALLER.programs, ffprobePath }).probe(source, { limits: LIMITS })
    await expect(probing).rejects.toMatchObject({ code: 'program_failed', details: { signal: 'SIGSEGV' } })
  })
})

async function program(lines: string): Promise<string> {
  const path = join(await temporaryDirectory(), 'ffprobe')
  await writeFile(path, `#!/bin/sh\n${lines}\n`)
  await chmod(path, 0o755)
  return path
}
