import { startEmbeddedPostgres } from '@rindle/embedded'
import pg from 'pg'
import { expect, test, vi } from 'vitest'
import { query } from './query.ts'
import { serverPid, serverStatus } from './server-process.ts'
import { startInChild } from './start-in-child.ts'
import { temporaryDirectory } from './temporary-directory.ts'
import { usedDirectory } from './used-directory.ts'

test('a second process uses the server of the first, and its stop leaves it running', async () => {
  const directory = await usedDirectory()
  const owner = await startInChild({ directory })
  const guest = await startEmbeddedPostgres({ directory })
  expect(guest.url).toBe(owner.url)
  expect(guest.firstStart).toBe(false)
  await guest.stop()
  expect(await query(owner.url, 'select 1 as one')).toEqual([{ one: 1 }])

  const pid = serverPid(directory)
  await owner.end()
  await using successor = await startEmbeddedPostgres({ directory })
  expect(await query(successor.url, 'select 1 as one')).toEqual([{ one: 1 }])
  expect(serverPid(directory)).not.toBe(pid)
})

test('processes that start the same new directory at once share one database', async () => {
  const directory = await temporaryDirectory()
  const servers = await Promise.all([1, 2, 3].map(() => startInChild({ directory })))
  expect(new Set(servers.map(({ url }) => url)).size).toBe(1)
  expect(servers.filter(({ firstStart }) => firstStart)).toHaveLength(1)
  await Promise.all(servers.map((server) => server.end()))
})

test('a start while another process stops the server ends with a server of its own', async () => {
  const directory = await usedDirectory()
  const owner = await startInChild({ directory })
  const pid = serverPid(directory)
  // The signal of a shutdown that waits for its clients: the server says "stopping" until the last one is gone.
  const client = new pg.Client({ connectionString: owner.url })
  await client.connect()
  process.kill(pid, 'SIGTERM')
  await vi.waitUntil(() => serverStatus(directory) === 'stopping', { timeout: 20_000, interval: 5 })
  const starting = startEmbeddedPostgres({ directory })
  await client.end()
  await using server = await starting
  expect(server.url).not.toBe(owner.url)
  expect(await query(server.url, 'select 1 as one')).toEqual([{ one: 1 }])
})
