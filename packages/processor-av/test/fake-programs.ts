import { chmod, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { temporaryDirectory } from './clips.ts'
import { INSTALLER } from './installer-lane.ts'

/**
 * Writes a program that replaces ffmpeg. Asked about itself it answers like the real one; otherwise it runs these lines
 * of shell. `$real` is the real ffmpeg, and `$output` is the last argument.
 */
export async function fakeFfmpeg(lines: string, about = 'exec "$real" "$@"'): Promise<string> {
  const path = join(await temporaryDirectory(), 'ffmpeg')
  const script = [
    '#!/bin/sh',
    `real='${INSTALLER.programs.ffmpegPath}'`,
    'for output; do :; done',
    'case "$*" in',
    `*-version | *-encoders | *-filters | *-muxers) ${about} ;;`,
    'esac',
    lines,
    '',
  ].join('\n')
  await writeFile(path, script)
  await chmod(path, 0o755)
  return path
}

/** Returns the ids of processes with this text in their command line, without zombies. Needs /proc. */
export async function processesWith(text: string): Promise<readonly number[]> {
  const { readdir, readFile } = await import('node:fs/promises')
  const found: number[] = []
  for (const id of await readdir('/proc')) {
    if (!/^\d+$/.test(id) || Number(id) === process.pid) continue
    const commandLine = await readFile(`/proc/${id}/cmdline`, 'utf8').catch(() => '')
    if (commandLine.includes(text)) found.push(Number(id))
  }
  return found
}
