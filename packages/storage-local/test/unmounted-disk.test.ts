import { execFile } from 'node:child_process'
import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import type { StorageAdapter } from '@rindle/core'
import { localStorage } from '@rindle/storage-local'
import { expect, onTestFinished, type TestContext, test } from 'vitest'
import { OPTIONS } from './local-subject.ts'
import { getText, keysOf, putText, useStorage, wholeTreeOf } from './use-storage.ts'

const run = promisify(execFile)
const LANES = 8
// Enough that some of everything is on its way when the disk goes.
const PUTS_BEFORE = 200

test('a disk that is unmounted under load loses no object that was put, and nothing is written below it', async (context) => {
  const { storage, directory, unmount, mount } = await storageOnDisk(context)
  await putText(storage, 'kept/photo.txt', 'kept')
  const acknowledged: string[] = []
  let gone: Promise<unknown> | undefined
  const lanes = Array.from({ length: LANES }, async (_lane, lane) => {
    for (let count = 0; ; count++) {
      // Keys of the root itself, of new directories, and of one that is there.
      const key = [`photo-${lane}-${count}.txt`, `album-${lane}-${count}/deep/a.txt`, `kept/${lane}-${count}.txt`][
        count % 3
      ]
      const failure = await failureOf(putText(storage, key ?? '', `${lane} ${count}`))
      if (failure !== undefined) return failure
      acknowledged.push(key ?? '')
      if (acknowledged.length > PUTS_BEFORE) gone ??= unmount()
    }
  })
  const readers = [
    untilFailure(async () => expect(await storage.head('kept/photo.txt')).toBeDefined()),
    untilFailure(async () => expect(await getText(storage, 'kept/photo.txt')).toBe('kept')),
    untilFailure(async () => expect(await keysOf(storage, 'kept/')).toContain('kept/photo.txt')),
    untilFailure(() => storage.copy('kept/photo.txt', 'kept/copy.txt')),
    untilFailure(() => storage.delete('kept/nothing.txt')),
  ]
  for (const failure of await Promise.all([...lanes, ...readers])) {
    expect(failure).toMatchObject({ code: 'storage_unavailable', retryable: true })
  }
  await gone
  expect(await wholeTreeOf(directory)).toEqual([])
  await expect(
    localStorage({ ...OPTIONS, directory }).start({ identity: null, isUsed: async () => true }),
  ).rejects.toMatchObject({
    code: 'storage_unavailable',
  })
  expect(await wholeTreeOf(directory)).toEqual([])

  await mount()
  const lost: string[] = []
  for (const key of acknowledged) if ((await storage.head(key)) === undefined) lost.push(key)
  expect(lost).toEqual([])
})

/** A storage on a disk of its own; skips the test with its reason where none can be mounted. */
async function storageOnDisk(context: TestContext) {
  const { directory: place } = await useStorage()
  const [disk, directory] = [join(place, 'disk'), join(place, 'mounted')]
  await mkdir(disk)
  await mkdir(directory)
  const mount = async (): Promise<void> => void (await run('mount', ['--bind', disk, directory]))
  const unmount = async (): Promise<void> => void (await run('umount', ['-l', directory]))
  try {
    await mount()
  } catch (error) {
    context.skip(`a disk cannot be mounted here: ${String(error)}`)
  }
  onTestFinished(() => unmount().catch(() => {}))
  const storage: StorageAdapter = localStorage({ ...OPTIONS, directory })
  await storage.start()
  return { storage, directory, mount, unmount }
}

async function failureOf(work: Promise<unknown>): Promise<unknown> {
  try {
    await work
    return undefined
  } catch (error) {
    return error
  }
}

async function untilFailure(work: () => Promise<unknown>): Promise<unknown> {
  for (;;) {
    const failure = await failureOf(work())
    if (failure !== undefined) return failure
  }
}
