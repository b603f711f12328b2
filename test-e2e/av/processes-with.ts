import { readdir, readFile } from 'node:fs/promises'

/** The ids of the processes whose command line holds a text, without this one. */
export async function processesWith(text: string): Promise<readonly number[]> {
  const ids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name)).map(Number)
  const found: number[] = []
  for (const id of ids) {
    if (id !== process.pid && (await commandLine(id)).includes(text)) found.push(id)
  }
  return found
}

// Processes come and go while they are looked at.
async function commandLine(id: number): Promise<string> {
  return readFile(`/proc/${id}/cmdline`, 'utf8').catch(() => '')
}
