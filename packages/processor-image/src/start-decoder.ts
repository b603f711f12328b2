import { type ChildProcess, spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { extname } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { DecoderSettings } from './decoder/orders.ts'

/** Options of decoder processes. */
export interface DecoderOptions extends DecoderSettings {
  /** The most pipelines that one process runs at once. */
  readonly concurrency: number
}

const SHELL = '/bin/sh'
// Node with sharp maps this much before it has done anything, plus the stack of each of its threads.
const MAPPED_BYTES = 1024 ** 3
const STACK_BYTES = 8 * 1024 ** 2
// A thread of a decoder besides sharp, before it has done anything: a second JavaScript engine.
const DECODER_BYTES = 512 * 1024 ** 2
// No core dumps, which would hold people's pictures. `ulimit -d` counts writable mappings, which the system sees before
// they are used; the shell replaces itself with the program at once.
const LIMITED = 'ulimit -c 0; ulimit -d "$1"; shift; exec "$@"'

// The variables that sharp, libvips and fontconfig read, those of their loader and allocator, and where Node keeps
// compiled code. A decoder gets nothing else of the environment, where applications keep their secrets.
const INHERITED_VARIABLES = [
  'PATH',
  'HOME',
  'LANG',
  'TMPDIR',
  'TZ',
  'LD_LIBRARY_PATH',
  'LD_PRELOAD',
  'DYLD_LIBRARY_PATH',
  'FONTCONFIG_FILE',
  'FONTCONFIG_PATH',
  'XDG_CACHE_HOME',
  'VIPS_BLOCK_UNTRUSTED',
  'MALLOC_CONF',
  'NODE_COMPILE_CACHE',
  'SystemRoot',
  'TEMP',
  'TMP',
]
// For glibc. Pictures come and go in pieces of megabytes: returning each to the system costs 9 ms of a photo of 12
// megapixels in page faults, and more than one arena holds 20 MB more.
const ALLOCATION = {
  MALLOC_ARENA_MAX: '1',
  MALLOC_MMAP_THRESHOLD_: String(32 * 1024 ** 2),
  MALLOC_TRIM_THRESHOLD_: String(128 * 1024 ** 2),
}
// libuv's default is four.
const MIN_THREADS = 4

/** Starts the decoder program, which ends by itself when this process does. Throws if no process can be started. */
export function startDecoder({ concurrency, ...settings }: DecoderOptions): ChildProcess {
  const path = fileURLToPath(new URL(`./decoder/decoder-program${extname(import.meta.url)}`, import.meta.url))
  const threads = Math.max(MIN_THREADS, concurrency)
  const overhead = MAPPED_BYTES + threads * STACK_BYTES + settings.decoders.length * DECODER_BYTES
  const maxMappedBytes = settings.maxMemoryBytes + overhead
  const [program = '', ...args] = limited([process.execPath, path, JSON.stringify(settings)], maxMappedBytes)
  return spawn(program, args, {
    env: decoderEnvironment(process.env, threads),
    windowsHide: true,
    stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
  })
}

/** The environment of a decoder process in an application with this one. Pure. */
function decoderEnvironment(application: NodeJS.ProcessEnv, threads: number): NodeJS.ProcessEnv {
  const inherited = INHERITED_VARIABLES.map((name) => [name, application[name]] as const)
  return {
    ...Object.fromEntries(inherited.filter(([, value]) => value !== undefined)),
    UV_THREADPOOL_SIZE: String(threads),
    ...ALLOCATION,
  }
}

// Elsewhere the system has no such limit, and small containers have no shell: the process still watches itself.
function limited(command: readonly string[], maxMappedBytes: number): readonly string[] {
  if (process.platform !== 'linux' || !existsSync(SHELL)) return command
  const kibibytes = Math.ceil(maxMappedBytes / 1024)
  return [SHELL, '-c', LIMITED, 'rindle-image', String(kibibytes), ...command]
}
