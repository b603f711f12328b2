import { tmpdir } from 'node:os'
import { basename, dirname } from 'node:path'
import { expect, test, vi } from 'vitest'
import { scratchDirectory } from '../src/scratch-directory.ts'

test('the data of a run has a directory of its own, whose name begins with that of the temporary directory', async () => {
  const directory = await scratchDirectory()
  expect(directory).not.toBe(await scratchDirectory())
  expect(basename(directory).startsWith(`${basename(tmpdir())}-rindle-test-`)).toBe(true)
})

test('the data of a run is on the disk where memory is short', async () => {
  using available = vi.spyOn(process, 'availableMemory').mockReturnValue(1024 ** 3)
  expect(dirname(await scratchDirectory())).toBe(tmpdir())
  expect(available).toHaveBeenCalled()
})
