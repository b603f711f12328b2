import { readdir, readFile } from 'node:fs/promises'

/** A process that decodes, as the system shows it. */
export interface DecoderSeen {
  readonly pid: number
  /** Whether it decodes or encodes, or has done so: it has used more time than a start takes. */
  readonly hasWorked: boolean
  /** The largest that its resident memory was. */
  readonly peakBytes: number
  /** Names and values. */
  readonly environment: readonly string[]
  /** The system's limit of its writable mappings; infinite without a limit. */
  readonly maxMappedBytes: number
}

// Hundredths of a second. A start takes some ten of them, and twenty-five where nothing is compiled yet.
const WORKED_TICKS = 60

/** The decoder processes that a process has started and that still run. Linux only. */
export async function decodersOf(parent: number): Promise<readonly DecoderSeen[]> {
  const pids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name)).map(Number)
  const seen = await Promise.all(pids.map((pid) => look(pid, parent)))
  return seen.filter((each) => each !== null)
}

/** Whether a process with that id runs; one that has ended but was not reaped does not. */
export async function isRunning(pid: number): Promise<boolean> {
  const status = await read(pid, 'status')
  return status !== '' && !/^State:\s+Z/m.test(status)
}

async function look(pid: number, parent: number): Promise<DecoderSeen | null> {
  const status = await read(pid, 'status')
  if (!status.includes(`PPid:\t${parent}\n`) || !(await isRunning(pid))) return null
  if (!(await read(pid, 'cmdline')).includes('decoder-program')) return null
  const [, kibibytes] = /VmHWM:\s+(\d+) kB/.exec(status) ?? []
  const [, mappedBytes] = /^Max data size\s+(\d+)/m.exec(await read(pid, 'limits')) ?? []
  return {
    pid,
    hasWorked: (await ticksOf(pid)) > WORKED_TICKS,
    peakBytes: Number(kibibytes) * 1024,
    environment: (await read(pid, 'environ')).split('\0').filter((entry) => entry !== ''),
    maxMappedBytes: Number(mappedBytes ?? Number.POSITIVE_INFINITY),
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
