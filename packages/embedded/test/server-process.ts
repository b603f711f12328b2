import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { vi } from 'vitest'
import { isProcessAlive } from '../src/is-process-alive.ts'
import { query } from './query.ts'

/** The process of the server with this data directory. */
export function serverPid(directory: string): number {
  return Number(postmasterLines(directory)[0])
}

/** The status of the server with this data directory, in its own words. */
export function serverStatus(directory: string): string | undefined {
  return postmasterLines(directory)[7]?.trim()
}

function postmasterLines(directory: string): string[] {
  return readFileSync(join(directory, 'postgres', 'data', 'postmaster.pid'), 'utf8').split('\n')
}

/** The process that watches over a server. */
export async function supervisorPid(url: string): Promise<number> {
  const [row] = await query(url, `select current_setting('rindle.supervisor_pid')::int as pid`)
  return Number(row?.pid)
}

/** The process group of a process: what Ctrl-C in a terminal ends together. Linux only. */
export function processGroup(pid: number): number {
  return Number(/\) \S \d+ (\d+) /.exec(readFileSync(`/proc/${pid}/stat`, 'utf8'))?.[1])
}

/** Waits until a process has ended. */
export async function untilEnded(pid: number): Promise<void> {
  await vi.waitUntil(() => !isProcessAlive(pid), { timeout: 20_000, interval: 20 })
}
