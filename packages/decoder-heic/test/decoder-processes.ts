import { readdir, readFile } from 'node:fs/promises'

/** A decoder process, as the system shows it. */
export interface DecoderSeen {
  readonly pid: number
  readonly residentBytes: number
  /** The largest that its resident memory was. */
  readonly peakBytes: number
}

/** The decoder processes that this process has started and that still run. Linux only. */
export async function decoders(): Promise<readonly DecoderSeen[]> {
  const pids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name)).map(Number)
  const seen = await Promise.all(pids.map(look))
  return seen.filter((each) => each !== null)
}

async function look(pid: number): Promise<DecoderSeen | null> {
  const status = await read(pid, 'status')
  if (!status.includes(`PPid:\t${process.pid}\n`) || /^State:\s+Z/m.test(status)) return null
  if (!(await read(pid, 'cmdline')).includes('decoder-program')) return null
  const bytesOf = (name: string): number => Number(new RegExp(`^${name}:\\s+(\\d+) kB`, 'm').exec(status)?.[1]) * 1024
  return { pid, residentBytes: bytesOf('VmRSS'), peakBytes: bytesOf('VmHWM') }
}

// Nothing, once it has ended.
async function read(pid: number, file: string): Promise<string> {
  return readFile(`/proc/${pid}/${file}`, 'utf8').catch(() => '')
}
