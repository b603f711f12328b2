import { existsSync } from 'node:fs'
import { readdir, readFile, readlink } from 'node:fs/promises'

interface SeenProcess {
  readonly pid: number
  readonly parent: number
  readonly command: string
  /** Its working directory. */
  readonly directory: string
}

/** Why the processes of this machine cannot be examined, if so. */
export function cannotSeeProcesses(): string | undefined {
  return existsSync('/proc/self/stat') ? undefined : 'child processes are looked for in /proc, which only Linux has'
}

/**
 * The descendants of this process, and orphaned processes that work in `directory` or have it as an argument. Each as
 * its id and its command line, by id. Ended processes do not count.
 */
export async function childProcesses(directory: string): Promise<ReadonlyMap<number, string>> {
  const ids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name))
  const seen = (await Promise.all(ids.map(look))).filter((each) => each !== null)
  const found = new Map<number, string>()
  const add = (process: SeenProcess): void => {
    if (found.has(process.pid)) return
    found.set(process.pid, process.command)
    for (const child of seen) if (child.parent === process.pid) add(child)
  }
  for (const each of seen) {
    const isOfDirectory = each.directory.startsWith(directory) || each.command.includes(directory)
    if (each.pid !== process.pid && (each.parent === process.pid || isOfDirectory)) add(each)
  }
  return found
}

async function look(id: string): Promise<SeenProcess | null> {
  try {
    const text = await readFile(`/proc/${id}/stat`, 'utf8')
    // After the name, which may hold anything: the state and the parent.
    const [state, parent] = text.slice(text.lastIndexOf(')') + 2).split(' ')
    if (state === 'Z' || state === 'X') return null
    const command = (await readFile(`/proc/${id}/cmdline`, 'utf8')).replaceAll('\0', ' ').trim()
    // Unreadable for another user's process.
    const directory = await readlink(`/proc/${id}/cwd`).catch(() => '')
    return { pid: Number(id), parent: Number(parent), command, directory }
  } catch {
    // It has ended in the meantime.
    return null
  }
}
