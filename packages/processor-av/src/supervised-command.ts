/** A program and its arguments. */
export interface Command {
  readonly program: string
  readonly arguments: readonly string[]
}

/** What the system itself holds a program to, where it can. */
export interface ResourceLimits {
  /** Address space of each process. */
  readonly maxMemoryBytes: number
  /** Of each file it writes. */
  readonly maxFileBytes: number
}

// The shell is the leader of the program's process group and holds the reading end of a pipe whose other end only this
// process has. However this process ends, SIGKILL included, the pipe closes, `read` returns, and the group is killed.
// It keeps the output open as well: who has waited for that to end knows that none of them is left.
// `ulimit` sets what prlimit(1) would, and every shell has it. Memory cannot be bounded on macOS; that is no error.
const SUPERVISOR = `
exec 3<&0
ulimit -v "$1" 2>/dev/null
ulimit -f "$2"
shift 2
{ read -r _; kill -KILL 0; } <&3 3<&- 2>/dev/null &
"$@" </dev/null 3<&-
status=$?
kill -KILL "$!"
exit "$status"
`
const FILE_BLOCK_BYTES = 512

/** Whether {@link supervised} does anything here: there is no POSIX shell on Windows, nor process groups. */
export const CAN_SUPERVISE: boolean = process.platform !== 'win32'

/**
 * The command by which `command` runs under its limits and never outlives this process. It must be started detached,
 * which makes it a process group of its own, with a pipe as its standard input. The exit code is the program's, or
 * 128 and the number of the signal that ended it. Pure.
 */
export function supervised(command: Command, limits: ResourceLimits): Command {
  if (!CAN_SUPERVISE) return command
  const memoryKibibytes = Math.ceil(limits.maxMemoryBytes / 1024)
  const fileBlocks = Math.ceil(limits.maxFileBytes / FILE_BLOCK_BYTES)
  return {
    program: '/bin/sh',
    // The name in the place of $0 is what process lists show.
    arguments: [
      '-c',
      SUPERVISOR,
      'rindle-ffmpeg',
      String(memoryKibibytes),
      String(fileBlocks),
      command.program,
      ...command.arguments,
    ],
  }
}
