/** Starts to count the CPU time of this process, all threads; the function gives the milliseconds since. */
export function cpuMeter(): () => number {
  const begin = process.cpuUsage()
  return () => {
    const { user, system } = process.cpuUsage(begin)
    return (user + system) / 1000
  }
}
