import { readdir, readFile } from 'node:fs/promises'

/** A process that reads a document, as the system shows it. */
export interface ReaderSeen {
  readonly pid: number
  /** Names and values. */
  readonly environment: readonly string[]
  /** The system's limits of it, as a table. */
  readonly limits: string
  /** Hundredths of a second of a core. */
  readonly ticks: number
}

/** The reader processes that a process has started and that still run. Linux only. */
export async function readersOf(parent: number): Promise<readonly ReaderSeen[]> {
  const pids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name)).map(Number)
  const seen = await Promise.all(pids.map((pid) => look(pid, parent)))
  return seen.filter((each) => each !== null)
}

/** Whether a process with that id runs; one that has ended but was not reaped does not. */
export async function isRunning(pid: number): Promise<boolean> {
  const status = await read(pid, 'status')
  return status !== '' && !/^State:\s+Z/m.test(status)
}

async function look(pid: number, parent: number): Promise<ReaderSeen | null> {
  if (!(await read(pid, 'status')).includes(`PPid:\t${parent}\n`) || !(await isRunning(pid))) return null
  if (!(await read(pid, 'cmdline')).includes('reader-program')) return null
  return {
    pid,
    environment: (await read(pid, 'environ')).split('\0').filter((entry) => entry !== ''),
    limits: await read(pid, 'limits'),
    ticks: await ticksOf(pid),
  }
}

async function ticksOf(pid: number): Promise<number> {
  // Behind the name, which may hold spaces: the 12th and 13th are the time of the process and of the system for it.
  const fields = (await read(pid, 'stat')).replace(/^.*\) /s, '').split(' ')
  return Number(fields[11]) + Number(fields[12])
}

// Nothing, once it has ended.
async function read(pid: number, file: string): Promise<string> {
  return readFile(`/proc/${pid}/${file}`, 'utf8').catch(() => '')
}
