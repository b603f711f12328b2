import { execFileSync } from 'node:child_process'
import { readFile } from 'node:fs/promises'
import sharp from 'sharp'

/** Pixels of a file in the numbers that are stored in it. */
export async function rawOf(
  path: string,
): Promise<{ readonly data: Buffer; readonly width: number; readonly height: number; readonly channels: number }> {
  const { data, info } = await sharp(await readFile(path), { ignoreIcc: true })
    .raw()
    .toBuffer({ resolveWithObject: true })
  return { data, width: info.width, height: info.height, channels: info.channels }
}

/** Whether this machine has a program; a test that needs it is skipped without, and says so. */
export function hasProgram(name: string, versionOption: string): boolean {
  try {
    execFileSync(name, [versionOption], { stdio: 'ignore' })
    return true
  } catch {
    console.warn(`Skipped: tests of another reader need ${name}.`)
    return false
  }
}

/** Every tag that exiftool finds in a file, with its group: `IFD0:Artist`. */
export function tagsOf(path: string): Readonly<Record<string, unknown>> {
  const output = execFileSync('exiftool', ['-j', '-G1', '-ee', path], { encoding: 'utf8' })
  return (JSON.parse(output) as Record<string, unknown>[])[0] ?? {}
}
