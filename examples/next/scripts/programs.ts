import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'

const require = createRequire(import.meta.url)

/** The path of a package's program, beside the package's entry or below its root. */
export function program(name: string, file: string): string {
  const beside = name.startsWith('@rindle/') ? require.resolve(name) : require.resolve(`${name}/package.json`)
  return join(dirname(beside), file)
}

/** Runs such a program to its end; its output is shown if it fails. */
export async function run(name: string, file: string, ...args: string[]): Promise<void> {
  const child = spawn(process.execPath, [program(name, file), ...args], { stdio: ['ignore', 'pipe', 'pipe'] })
  const output: string[] = []
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding('utf8').on('data', (text: string) => output.push(text))
  const [code] = (await once(child, 'close')) as [number | null]
  if (code !== 0) throw new Error(`${name} ${args.join(' ')} failed:\n${output.join('')}`)
}
