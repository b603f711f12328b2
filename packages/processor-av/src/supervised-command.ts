/** A program and its arguments. */
export interface Command {
  readonly program: string
  readonly arguments: readonly string[]
}

/** The limits that the operating system enforces on a program, where it can. */
export interface ResourceLimits {
  /** The address space of each process. */
  readonly maxMemoryBytes: number
  /** The size of each file it writes. */
  readonly maxFileBytes: number
}

// The shell leads the program's process group and holds the read end of a pipe; only this process has the other end.
// However this process ends, even by SIGKILL, the pipe closes, `read` returns, and the group is killed. The shell also
// keeps the output open: once the output ends, no process of the group is left. `ulimit` sets the same limits as
// prlimit(1), and every shell has it. macOS cannot limit memory; that is not an error.
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

/** Whether {@link supervised} has an effect here: Windows has no POSIX shell and no process groups. */
export const CAN_SUPERVISE: boolean = process.platform !== 'win32'

/**
 * Wraps `command` so that it runs under its limits and never outlives this process. Start it detached, which gives it a
 * process group of its own, with a pipe as standard input. The exit code is the program's, or 128 plus the number of
 * the signal that ended it. Pure.
 */
export function supervised(command: Command, limits: ResourceLimits): Command {
  if (!CAN_SUPERVISE) return command
  const memoryKibibytes = Math.ceil(limits.maxMemoryBytes / 1024)
  const fileBlocks = Math.ceil(limits.maxFileBytes / FILE_BLOCK_BYTES)
  return {
    program: '/bin/sh',
    // Process lists show the name in the place of $0.
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
