import { chmod, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { temporaryDirectory } from './clips.ts'
import { INSTALLER } from './installer-lane.ts'

/**
 * A program in the place of ffmpeg: asked about itself it answers as the real one does, and for anything else it runs
 * these lines of shell. `$real` is the real ffmpeg, the last argument is `$output`.
 */
export async function fakeFfmpeg(lines: string, about = 'exec "$real" "$@"'): Promise<string> {
  const path = join(await temporaryDirectory(), 'ffmpeg')
  const script = [
    '#!/bin/sh',
    `real='${INSTALLER.programs.ffmpegPath}'`,
    'for output; do :; done',
    'case "$*" in',
    `*-version | *-encoders | *-filters) ${about} ;;`,
    'esac',
    lines,
    '',
  ].join('\n')
  await writeFile(path, script)
  await chmod(path, 0o755)
  return path
}

/** The processes whose command line holds a text, by their ids, zombies left out. Only where there is /proc. */
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
