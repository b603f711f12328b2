import { execFileSync } from 'node:child_process'
import { chmod, mkdir, readdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { temporaryDirectory } from './clips.ts'
import type { FfmpegLane } from './installer-lane.ts'

/** Programs that log the files and connections that they open. */
export interface Traced {
  readonly programs: FfmpegLane['programs']
  /** Returns the log so far; empty without strace. */
  readonly readLog: () => Promise<readonly string[]>
}

const strace = findStrace()
if (strace === undefined) {
  console.warn('Skipped: a trace of the files that FFmpeg opens needs strace (Debian: apt-get install strace).')
}

/** Whether this machine can trace the files that FFmpeg opens. */
export const CAN_TRACE: boolean = strace !== undefined

/** Returns the programs of a lane, under strace if it is installed. */
export async function traced({ programs }: FfmpegLane): Promise<Traced> {
  if (strace === undefined) return { programs, readLog: async () => [] }
  const directory = await temporaryDirectory()
  const logs = join(directory, 'logs')
  await mkdir(logs)
  const wrap = async (name: string, program: string): Promise<string> => {
    const path = join(directory, name)
    const calls = 'trace=open,openat,socket,connect'
    // One log for each run: the file size limit of a run also applies to its log.
    await writeFile(path, `#!/bin/sh\nexec '${strace}' -f -qq -o '${logs}/'$$ -e ${calls} '${program}' "$@"\n`)
    await chmod(path, 0o755)
    return path
  }
  return {
    programs: {
      ffmpegPath: await wrap('ffmpeg', programs.ffmpegPath),
      ffprobePath: await wrap('ffprobe', programs.ffprobePath),
    },
    readLog: async () => {
      const texts = (await readdir(logs)).map((name) => readFile(join(logs, name), 'utf8'))
      return (await Promise.all(texts)).flatMap((text) => text.split('\n'))
    },
  }
}

/** Whether a line of the log is a network connection, including one to this machine. */
export function isConnection(line: string): boolean {
  return /\b(socket|connect)\(.*AF_INET/.test(line)
}

function findStrace(): string | undefined {
  try {
    return execFileSync('which', ['strace'], { encoding: 'utf8' }).trim()
  } catch {
    return undefined
  }
}
