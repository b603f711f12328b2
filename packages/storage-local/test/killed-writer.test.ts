import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { buffer } from 'node:stream/consumers'
import { describe, expect, onTestFinished, test } from 'vitest'
import { getText, keysOf, putText, treeOf, useStorage } from './use-storage.ts'

const KEY = 'album/film.txt'
const OBJECT_BYTES = 64 * 65_536

describe('a writer that is killed', () => {
  test('midway leaves no object, only a hidden temporary file', async () => {
    const { storage, directory } = await useStorage()
    await kill(await startWriter(directory, 'half'), 1)
    expect(await storage.head(KEY)).toBeUndefined()
    await expect(storage.get(KEY)).rejects.toMatchObject({ code: 'storage_object_missing' })
    expect(await keysOf(storage, '')).toEqual([])
    expect(await treeOf(directory)).toEqual(['album', expect.stringMatching(/^album\/\.rindle-\w+\.tmp$/)])
  })

  test('midway leaves the object that was there', async () => {
    const { storage, directory } = await useStorage()
    await putText(storage, KEY, 'the old one')
    await kill(await startWriter(directory, 'half'), 1)
    expect(await getText(storage, KEY)).toBe('the old one')
  })

  test.each([1, 2, 5, 9])('after %i puts leaves one whole object', async (puts) => {
    const { storage, directory } = await useStorage()
    await kill(await startWriter(directory, 'forever'), puts)
    const bytes = await buffer((await storage.get(KEY)).body)
    expect(bytes.equals(Buffer.alloc(OBJECT_BYTES, bytes[0]))).toBe(true)
    expect(bytes[0]).toBeGreaterThanOrEqual(puts)
  })
})

async function startWriter(directory: string, mode: 'half' | 'forever'): Promise<ChildProcess> {
  const program = join(import.meta.dirname, 'writer-program.ts')
  const writer = spawn(process.execPath, [...process.execArgv, program, directory, KEY, mode], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  onTestFinished(() => void writer.kill('SIGKILL'))
  await once(writer, 'spawn')
  return writer
}

/** Kills a writer as soon as it has written so many lines, and waits for its end. */
async function kill(writer: ChildProcess, lines: number): Promise<void> {
  if (writer.stdout === null) throw new Error('The writer has no output.')
  const ended = once(writer, 'exit')
  let count = 0
  for await (const _line of createInterface(writer.stdout)) {
    count += 1
    if (count === lines) break
  }
  writer.kill('SIGKILL')
  const [, signal] = await ended
  expect(signal).toBe('SIGKILL')
}
