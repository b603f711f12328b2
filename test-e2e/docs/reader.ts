import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdir, readFile, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { createInterface } from 'node:readline'
import type { CodeBlock } from './code-blocks.ts'

/**
 * A reader who follows a page to the letter: types its commands into a shell, saves its files in the current directory.
 */
export class Reader {
  readonly #environment: NodeJS.ProcessEnv
  readonly #place: string
  #directory: string
  #server: ChildProcess | undefined

  /** Begins in `directory`, with these variables besides those of a plain shell. */
  constructor(directory: string, environment: Readonly<Record<string, string>>) {
    const { PATH = '', HOME = '', LANG = 'C.UTF-8' } = process.env
    this.#environment = { PATH: withoutProjects(PATH), HOME, LANG, ...environment }
    this.#place = path.join(directory, '.place')
    this.#directory = directory
  }

  /** The current directory. */
  get directory(): string {
    return this.#directory
  }

  /** Follows the blocks, one after the other. Throws with the output of one that fails. */
  async follow(blocks: readonly CodeBlock[]): Promise<void> {
    for (const block of blocks) {
      if (block.name !== undefined) await this.#save(block.name, block.text)
      else if (block.language === 'sh') await this.type(block.text)
    }
  }

  async #save(name: string, text: string): Promise<void> {
    const file = path.join(this.#directory, name)
    await mkdir(path.dirname(file), { recursive: true })
    await writeFile(file, text)
  }

  /** Runs commands in a shell, and stays where they lead. Gives their output. */
  async type(commands: string): Promise<string> {
    const child = this.#spawn(['-ec', `${commands}\npwd >"${this.#place}"`])
    const output = collected(child)
    const [code] = (await once(child, 'close')) as [number | null]
    if (code !== 0) throw new Error(`${commands}\nended with ${code}:\n${output()}`)
    this.#directory = (await readFile(this.#place, 'utf8')).trim()
    return output()
  }

  /** Starts a program that keeps running and listens on `PORT`; resolves with its address once it has printed it. */
  async serve(command: string): Promise<string> {
    const port = this.#environment['PORT']
    const announced = new RegExp(`http://.*:${port}\\b`)
    const child = this.#spawn(['-ec', `exec env ${command}`])
    this.#server = child
    const output = collected(child)
    const { promise, resolve, reject } = Promise.withResolvers<string>()
    child.once('close', () => reject(new Error(`${command} ended:\n${output()}`)))
    createInterface({ input: child.stdout ?? process.stdin }).on('line', (line) => {
      if (announced.test(line)) resolve(`http://localhost:${port}`)
    })
    return promise
  }

  /** Ends what still runs. */
  async stop(): Promise<void> {
    const child = this.#server
    if (child?.pid === undefined || child.exitCode !== null || child.signalCode !== null) return
    const ended = once(child, 'close')
    process.kill(-child.pid, 'SIGTERM')
    await ended
  }

  #spawn(args: string[]): ChildProcess {
    return spawn('bash', args, {
      cwd: this.#directory,
      env: this.#environment,
      detached: true,
      stdio: ['ignore', 'pipe', 'pipe'],
    })
  }
}

/** A shell of no project: the programs of this repository and of the package manager that runs the tests are not its own. */
function withoutProjects(searchPath: string): string {
  return searchPath
    .split(path.delimiter)
    .filter((directory) => !directory.includes('node_modules') && !directory.includes('node-gyp-bin'))
    .join(path.delimiter)
}

function collected(child: ChildProcess): () => string {
  let output = ''
  for (const stream of [child.stdout, child.stderr]) {
    stream?.setEncoding('utf8').on('data', (chunk: string) => {
      output += chunk
    })
  }
  return () => output
}
