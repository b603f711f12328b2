import { readdirSync, readFileSync } from 'node:fs'

/** One process, as Linux describes it. */
export interface ProcessTimes {
  readonly parent: number
  /** CPU time of itself, in the kernel's ticks. */
  readonly ticks: number
  /** CPU time of its ended children. */
  readonly endedTicks: number
}

/** Every process of this machine by id; empty without /proc. */
export function readProcesses(): ReadonlyMap<number, ProcessTimes> {
  if (process.platform !== 'linux') return new Map()
  return new Map(readdirSync('/proc').filter(isProcessId).flatMap(readTimes))
}

/** The ids of all descendants of a process. Pure. */
export function descendantsOf(pid: number, processes: ReadonlyMap<number, ProcessTimes>): readonly number[] {
  const children = Map.groupBy(processes.keys(), (each) => processes.get(each)?.parent ?? 0)
  const below = (parent: number): number[] => (children.get(parent) ?? []).flatMap((child) => [child, ...below(child)])
  return below(pid)
}

/** Reads a file of a process under /proc; `undefined` if the process has ended. */
export function readProcessFile(pid: number, name: string): string | undefined {
  try {
    return readFileSync(`/proc/${pid}/${name}`, 'latin1')
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    if (code === 'ENOENT' || code === 'ESRCH') return undefined
    throw error
  }
}

function isProcessId(name: string): boolean {
  return /^\d+$/.test(name)
}

function readTimes(name: string): [number, ProcessTimes][] {
  const pid = Number(name)
  const stat = readProcessFile(pid, 'stat')
  if (stat === undefined) return []
  // After the name, which may hold anything: state, parent, …
  const fields = stat
    .replace(/^.*\) /s, '')
    .split(' ')
    .map(Number)
  const [parent = 0, user = 0, system = 0] = [fields[1], fields[11], fields[12]]
  const [endedUser = 0, endedSystem = 0] = [fields[13], fields[14]]
  return [[pid, { parent, ticks: user + system, endedTicks: endedUser + endedSystem }]]
}
