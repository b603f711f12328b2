import { execFile } from 'node:child_process'
import path from 'node:path'
import { promisify } from 'node:util'
import { describe, expect, it } from 'vitest'

const examples = path.resolve(import.meta.dirname, '../../examples')
const STATED = { DATABASE_URL: 'postgres://127.0.0.1:1/none', RINDLE_SIGNING_KEY: 'a key of a test that opens nothing' }

describe('a server of the examples', () => {
  it.each(['hono/src/server.ts', 'deploy/src/server.ts', 'next/scripts/start.ts'])(
    '%s says in one line what PORT must be, before it starts anything',
    async (server) => {
      const env = { ...process.env, ...STATED, PORT: 'abc' }
      const args = ['--conditions=dev-source', path.join(examples, server)]
      const started = promisify(execFile)(process.execPath, args, { env })
      await expect(started).rejects.toMatchObject({
        code: 1,
        stdout: '',
        stderr: expect.stringMatching(/^PORT must be a whole number from 1 to 65535,[^\n]* not "abc"\.\n$/),
      })
    },
  )
})
