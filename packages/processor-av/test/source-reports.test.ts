import { appendFile, chmod, copyFile, readFile, stat, utimes, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { SourceFile } from '@rindle/core'
import { beforeAll, expect, it } from 'vitest'
import { avProcessor } from '../src/index.ts'
import { AAC, clip, DRAWN, removeAfterTests, temporaryDirectory } from './clips.ts'
import { INSTALLER } from './installer-lane.ts'
import { M4A, MP3, outcomesOf } from './workbench.ts'

removeAfterTests()

const LIMITS = { maxPixels: 1_000_000 }

let sound: SourceFile
beforeAll(async () => {
  sound = await clip('audio/mp4', 'm4a', DRAWN.sine(0.3), AAC)
})

/** A processor whose ffprobe writes down what it reads, and a copy of the source for one test. */
async function watched() {
  const directory = await temporaryDirectory()
  const [log, ffprobePath] = [join(directory, 'log'), join(directory, 'ffprobe')]
  await writeFile(log, '')
  await writeFile(
    ffprobePath,
    `#!/bin/sh\nprintf '%s\\n' "$*" >> '${log}'\nexec '${INSTALLER.programs.ffprobePath}' "$@"\n`,
  )
  await chmod(ffprobePath, 0o755)
  const source = { ...sound, path: join(directory, 'source.m4a') }
  await copyFile(sound.path, source.path)
  const processor = avProcessor({ ffmpegPath: INSTALLER.programs.ffmpegPath, ffprobePath })
  const reads = async () => (await readFile(log, 'utf8')).split('\n').filter((run) => run.includes(source.path)).length
  const probe = () => processor.probe(source, { limits: LIMITS })
  return { source, processor, probe, reads }
}

it('reads a source once for its probe and for all of its jobs', async () => {
  const { source, processor, probe, reads } = await watched()
  await probe()
  for (const recipes of [{ m4a: M4A }, { mp3: MP3 }]) {
    const [[, outcome] = []] = await outcomesOf(processor, source, recipes)
    expect(outcome).toHaveProperty('output')
  }
  expect(await reads()).toBe(1)
})

it('reads a file again that has changed in its place, also when its size and its times look the same', async () => {
  const { source, probe, reads } = await watched()
  const before = await stat(source.path)
  await utimes(source.path, 1_000, 1_000)
  await probe()
  const bytes = await readFile(source.path)
  await writeFile(source.path, bytes.fill(0))
  await utimes(source.path, 1_000, 1_000)
  expect(await stat(source.path)).toMatchObject({ ino: before.ino, size: before.size, mtimeMs: 1_000_000 })
  await expect(probe()).rejects.toMatchObject({ code: 'corrupt_media' })
  expect(await reads()).toBe(2)
})

it('asks again after a failure', async () => {
  const { source, probe, reads } = await watched()
  const bytes = await readFile(source.path)
  await writeFile(source.path, '')
  await expect(probe()).rejects.toMatchObject({ code: 'corrupt_media' })
  await appendFile(source.path, bytes)
  await expect(probe()).resolves.toMatchObject({ kind: 'audio' })
  expect(await reads()).toBe(2)
})
