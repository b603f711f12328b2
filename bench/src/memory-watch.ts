import { descendantsOf, readProcesses, readProcessFile } from './process-tree.ts'

const SAMPLE_INTERVAL_MS = 250
const KIBIBYTES_PER_MEGABYTE = 1_000_000 / 1024

/** Watches the memory of a process and of all that it has started. */
export interface MemoryWatch extends Disposable {
  /** The peak since the last call, in megabytes. */
  readonly takePeak: () => number
}

/**
 * Samples resident memory from outside and counts each page that several processes share once: a decoder in a separate
 * process costs only what it adds. Linux only: throws if there is no /proc.
 */
export function watchMemory(pid: number): MemoryWatch {
  if (process.platform !== 'linux') throw new Error('The memory of other processes is read from /proc, on Linux only.')
  let peak = memoryOfTree(pid)
  const timer = setInterval(() => {
    peak = Math.max(peak, memoryOfTree(pid))
  }, SAMPLE_INTERVAL_MS)
  return {
    takePeak: () => {
      const taken = Math.max(peak, memoryOfTree(pid))
      peak = 0
      return taken
    },
    [Symbol.dispose]: () => clearInterval(timer),
  }
}

function memoryOfTree(pid: number): number {
  const all = [pid, ...descendantsOf(pid, readProcesses())].map(readMemory)
  const own = all.reduce((sum, { ownKibibytes }) => sum + ownKibibytes, 0)
  return (own + Math.max(...all.map(({ fileKibibytes }) => fileKibibytes))) / KIBIBYTES_PER_MEGABYTE
}

// All of them map the same programs and libraries, so the largest mapping counts for all. Their proportional share
// would change with any other process on the machine that runs the same Node.
function readMemory(pid: number): { readonly ownKibibytes: number; readonly fileKibibytes: number } {
  const rollup = readProcessFile(pid, 'smaps_rollup') ?? ''
  const kibibytes = (name: string): number => Number(new RegExp(`^${name}:\\s+(\\d+)`, 'm').exec(rollup)?.[1] ?? 0)
  return {
    ownKibibytes: kibibytes('Pss_Anon') + kibibytes('Pss_Shmem'),
    fileKibibytes: kibibytes('Rss') - kibibytes('Anonymous'),
  }
}
