import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { useS3Server } from '@rindle/test-s3'
import { expect, onTestFinished, test } from 'vitest'
import { s3OptionsOf } from './s3-subject.ts'

const MEBIBYTE = 1024 * 1024

// The memory of the whole process, what waits for a garbage collection included; the contract counts live buffers.
test('a body of 256 MiB and of unknown length is written and read with less than 160 MiB', async () => {
  const server = await useS3Server()
  onTestFinished(() => server.stop())
  const options = JSON.stringify(s3OptionsOf(server, await server.createBucket()))
  const program = join(import.meta.dirname, 'memory-program.ts')
  const { stdout } = await promisify(execFile)(process.execPath, [...process.execArgv, program, options])
  const { readBytes, raisedBytes } = JSON.parse(stdout) as { readBytes: number; raisedBytes: number }
  expect(readBytes).toBe(256 * MEBIBYTE)
  expect(raisedBytes).toBeLessThan(160 * MEBIBYTE)
})
