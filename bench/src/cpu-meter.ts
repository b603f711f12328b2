import { descendantsOf, readProcesses } from './process-tree.ts'

// The unit of /proc, on every Linux that Node runs on.
const TICKS_PER_SECOND = 100

/**
 * Starts to count the CPU time of this process, all threads, and of the processes that it has started; the returned
 * function gives the milliseconds since. Without /proc, the other processes are not counted.
 */
export function cpuMeter(): () => number {
  const begin = process.cpuUsage()
  const othersBegin = cpuMsOfDescendants()
  return () => {
    const { user, system } = process.cpuUsage(begin)
    return (user + system) / 1000 + cpuMsOfDescendants() - othersBegin
  }
}

function cpuMsOfDescendants(): number {
  const processes = readProcesses()
  const ended = processes.get(process.pid)?.endedTicks ?? 0
  const ticks = descendantsOf(process.pid, processes).reduce((sum, pid) => {
    const times = processes.get(pid)
    return sum + (times?.ticks ?? 0) + (times?.endedTicks ?? 0)
  }, ended)
  return (ticks * 1000) / TICKS_PER_SECOND
}
