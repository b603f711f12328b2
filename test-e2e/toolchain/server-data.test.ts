import { tmpdir } from 'node:os'
import { basename, dirname } from 'node:path'
import { expect, test, vi } from 'vitest'
import { serverData } from './server-data.ts'

test('the data of servers have names that begin with that of the temporary directory', () => {
  expect(basename(serverData('sample'))).toBe(`${basename(tmpdir())}-rindle-`)
})

test('the data of servers are on the disk where memory is short, and in a run of a night', () => {
  expect(dirname(serverData('long'))).toBe(tmpdir())
  using available = vi.spyOn(process, 'availableMemory').mockReturnValue(1024 ** 3)
  expect(dirname(serverData('sample'))).toBe(tmpdir())
  expect(available).toHaveBeenCalled()
})
