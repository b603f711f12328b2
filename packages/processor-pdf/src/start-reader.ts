import { type ChildProcess, spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { extname } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { ReaderSettings } from './reader/orders.ts'

const SHELL = '/bin/sh'
// Node with sharp and a second thread of JavaScript maps this much before it has done anything.
const MAPPED_BYTES = 1536 * 1024 ** 2
// No core dumps, which would hold people's documents. `ulimit -d` counts writable mappings, which the system sees before
// they are used; the shell replaces itself with the program at once.
const LIMITED = 'ulimit -c 0; ulimit -d "$1"; shift; exec "$@"'

// A reader gets nothing else of the environment, where applications keep their secrets: these are the variables of the
// loader and of sharp, and where Node keeps compiled code.
const INHERITED_VARIABLES = [
  'PATH',
  'HOME',
  'LANG',
  'TMPDIR',
  'TZ',
  'LD_LIBRARY_PATH',
  'LD_PRELOAD',
  'DYLD_LIBRARY_PATH',
  'NODE_COMPILE_CACHE',
  'SystemRoot',
  'TEMP',
  'TMP',
]

/** Starts the reader program, which ends by itself when this process does. Throws if no process can be started. */
export function startReader(settings: ReaderSettings): ChildProcess {
  const path = fileURLToPath(new URL(`./reader/reader-program${extname(import.meta.url)}`, import.meta.url))
  const command = limited([process.execPath, path, JSON.stringify(settings)], settings.maxMemoryBytes + MAPPED_BYTES)
  const [program = '', ...args] = command
  const inherited = INHERITED_VARIABLES.map((name) => [name, process.env[name]] as const)
  return spawn(program, args, {
    env: Object.fromEntries(inherited.filter(([, value]) => value !== undefined)),
    windowsHide: true,
    stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
  })
}

// Elsewhere the system has no such limit, and small containers have no shell: the process still watches itself.
function limited(command: readonly string[], maxMappedBytes: number): readonly string[] {
  if (process.platform !== 'linux' || !existsSync(SHELL)) return command
  return [SHELL, '-c', LIMITED, 'rindle-pdf', String(Math.ceil(maxMappedBytes / 1024)), ...command]
}
