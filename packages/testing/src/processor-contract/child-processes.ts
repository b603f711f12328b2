import { existsSync } from 'node:fs'
import { readdir, readFile, readlink } from 'node:fs/promises'

interface SeenProcess {
  readonly pid: number
  readonly parent: number
  readonly command: string
  /** The directory that it works in. */
  readonly directory: string
}

/** Why the processes of this machine cannot be looked at, if so. */
export function cannotSeeProcesses(): string | undefined {
  return existsSync('/proc/self/stat') ? undefined : 'child processes are looked for in /proc, which only Linux has'
}

/**
 * The processes that this one has started, and theirs; and those whose parent is gone and that work in `directory` or
 * are told of it. Each as its id and its command line, by id. A process that has ended counts no more.
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
    // Behind the name, which may hold anything: the state and the parent.
    const [state, parent] = text.slice(text.lastIndexOf(')') + 2).split(' ')
    if (state === 'Z' || state === 'X') return null
    const command = (await readFile(`/proc/${id}/cmdline`, 'utf8')).replaceAll('\0', ' ').trim()
    // Of another user's process it cannot be told.
    const directory = await readlink(`/proc/${id}/cwd`).catch(() => '')
    return { pid: Number(id), parent: Number(parent), command, directory }
  } catch {
    // It has ended meanwhile.
    return null
  }
}
