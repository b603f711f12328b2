import { expect, test } from 'vitest'
import { parsePostmasterFile } from '../src/postmaster-file.ts'

const whole = '4242\n/data\n1700000000\n40001\n\n127.0.0.1\n  5001  32768\nready   \n'

test('a whole postmaster.pid tells process, port and status', () => {
  expect(parsePostmasterFile(whole)).toEqual({ pid: 4242, port: 40001, status: 'ready' })
  expect(parsePostmasterFile(whole.replace('ready   ', 'stopping'))).toMatchObject({ status: 'stopping' })
})

test('a postmaster.pid that is still being written is of a starting server', () => {
  expect(parsePostmasterFile('4242\n/data\n')).toEqual({ pid: 4242, port: undefined, status: 'starting' })
})

test('a postmaster.pid without a process tells nothing', () => {
  expect(parsePostmasterFile('')).toBeUndefined()
  expect(parsePostmasterFile('-7\n')).toBeUndefined()
})
