import { readdirSync, readFileSync } from 'node:fs'

// Of /proc, on every Linux that Node runs on.
const TICKS_PER_SECOND = 100

/**
 * Starts to count the CPU time of this process, all threads, and of the processes that it has started; the function
 * gives the milliseconds since. Where there is no /proc, those others are not counted.
 */
export function cpuMeter(): () => number {
  const begin = process.cpuUsage()
  const othersBegin = cpuMsOfDescendants()
  return () => {
    const { user, system } = process.cpuUsage(begin)
    return (user + system) / 1000 + cpuMsOfDescendants() - othersBegin
  }
}

interface ProcessTimes {
  readonly parent: number
  /** Of itself. */
  readonly ticks: number
  /** Of its children that have ended. */
  readonly endedTicks: number
}

function cpuMsOfDescendants(): number {
  if (process.platform !== 'linux') return 0
  const all = new Map(readdirSync('/proc').filter(isProcessId).flatMap(readTimes))
  const children = Map.groupBy(all.keys(), (pid) => all.get(pid)?.parent ?? 0)
  const ticksBelow = (pid: number): number =>
    (children.get(pid) ?? []).reduce(
      (ticks, child) => ticks + (all.get(child)?.ticks ?? 0) + ticksBelow(child),
      all.get(pid)?.endedTicks ?? 0,
    )
  return (ticksBelow(process.pid) * 1000) / TICKS_PER_SECOND
}

function isProcessId(name: string): boolean {
  return /^\d+$/.test(name)
}

// Nothing for a process that has ended since the directory was read.
function readTimes(pid: string): [number, ProcessTimes][] {
  try {
    // Behind the name, which may hold anything: state, parent, …
    const fields = readFileSync(`/proc/${pid}/stat`, 'latin1')
      .replace(/^.*\) /s, '')
      .split(' ')
      .map(Number)
    const [parent = 0, user = 0, system = 0] = [fields[1], fields[11], fields[12]]
    const [endedUser = 0, endedSystem = 0] = [fields[13], fields[14]]
    return [[Number(pid), { parent, ticks: user + system, endedTicks: endedUser + endedSystem }]]
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    if (code === 'ENOENT' || code === 'ESRCH') return []
    throw error
  }
}
