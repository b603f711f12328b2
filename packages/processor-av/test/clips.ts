import { execFile } from 'node:child_process'
import { mkdtemp, rm, stat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import type { SourceFile } from '@rindle/core'
import { afterAll } from 'vitest'
import { INSTALLER } from './installer-lane.ts'

const run = promisify(execFile)

let directory: Promise<string> | undefined
let made = 0

/** Removes what the tests of a file have written, which each file says itself: the next one shares these modules. */
export function removeAfterTests(): void {
  afterAll(async () => {
    const used = directory
    directory = undefined
    if (used !== undefined) await rm(await used, { recursive: true, force: true })
  })
}

/** Makes a directory, which goes with {@link removeAfterTests}. */
export async function temporaryDirectory(): Promise<string> {
  directory ??= mkdtemp(join(tmpdir(), 'rindle-av-'))
  return mkdtemp(join(await directory, 'd-'))
}

/** Filters that generate pictures or sound, as inputs of FFmpeg. */
export const DRAWN = {
  /** Moving bars, a counter and noise: a picture with detail. */
  test: (size = '320x180', seconds = 2, rate = 25) => lavfi(`testsrc2=size=${size}:rate=${rate}:duration=${seconds}`),
  /** One colour. */
  plain: (colour: string, size = '320x180', seconds = 2, rate = 25) =>
    lavfi(`color=c=${colour}:size=${size}:rate=${rate}:duration=${seconds}`),
  /** A colour for each second, with short groups of pictures. */
  colours: (colours: readonly string[], size = '320x180', rate = 25) => {
    const parts = colours.map((colour, n) => `color=c=${colour}:size=${size}:rate=${rate}:duration=1[c${n}]`)
    const all = colours.map((_, n) => `[c${n}]`).join('')
    return lavfi(`${parts.join(';')};${all}concat=n=${colours.length}[out0]`)
  },
  sine: (seconds = 2, frequency = 440) => lavfi(`sine=frequency=${frequency}:duration=${seconds}:sample_rate=48000`),
  silence: (seconds = 2) => lavfi(`anullsrc=r=48000:cl=stereo,atrim=duration=${seconds}`),
}

/** A filter as an input. */
export function lavfi(graph: string): readonly string[] {
  return ['-f', 'lavfi', '-i', graph]
}

/** Fast encoders for fixtures. */
export const H264: readonly string[] = ['-c:v', 'libx264', '-preset', 'ultrafast', '-pix_fmt', 'yuv420p']
export const AAC: readonly string[] = ['-c:a', 'aac', '-b:a', '96k']

/** Makes a file with the old build, and returns it as a source of that type. */
export async function clip(
  contentType: string,
  extension: string,
  ...args: readonly (readonly string[])[]
): Promise<SourceFile> {
  made += 1
  const path = join(await temporaryDirectory(), `clip ${made}.${extension}`)
  await ffmpeg(...args.flat(), path)
  return { path, contentType, byteSize: (await stat(path)).size }
}

/** Runs the old build's ffmpeg. */
export async function ffmpeg(...args: readonly string[]): Promise<{ stdout: string; stderr: string }> {
  return run(INSTALLER.programs.ffmpegPath, ['-hide_banner', '-nostdin', '-loglevel', 'info', '-y', ...args], {
    maxBuffer: 64 * 1024 ** 2,
  })
}
