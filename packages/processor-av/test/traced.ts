import { execFileSync } from 'node:child_process'
import { chmod, mkdir, readdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { temporaryDirectory } from './clips.ts'
import type { FfmpegLane } from './installer-lane.ts'

/** Programs that keep a log of what they open. */
export interface Traced {
  readonly programs: FfmpegLane['programs']
  /** What was opened and connected to so far; empty without strace. */
  readonly readLog: () => Promise<readonly string[]>
}

const strace = findStrace()
if (strace === undefined) {
  console.warn('Skipped: looking at what FFmpeg opens needs strace (Debian: apt-get install strace).')
}

/** Whether what FFmpeg opens can be looked at here. */
export const CAN_TRACE: boolean = strace !== undefined

/** The programs of a lane, under strace where there is one. */
export async function traced({ programs }: FfmpegLane): Promise<Traced> {
  if (strace === undefined) return { programs, readLog: async () => [] }
  const directory = await temporaryDirectory()
  const logs = join(directory, 'logs')
  await mkdir(logs)
  const wrap = async (name: string, program: string): Promise<string> => {
    const path = join(directory, name)
    const calls = 'trace=open,openat,socket,connect'
    // A log for each run: what a run may write is limited, and that is the log too.
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

/** Whether a line of the log is a connection to some network, this machine's own included. */
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
