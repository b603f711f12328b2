/**
 * Starts everything on this machine: PostgreSQL, migrations, a worker process, the web server. `pnpm example` runs it.
 * The environment overrides these defaults; `--no-build` serves the previous build.
 */
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdir, rm, writeFile } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { startEmbeddedPostgres } from '@rindle/embedded'
import { addFirstMembers } from './first-members.ts'
import { keptKey } from './kept-key.ts'
import { program, run } from './programs.ts'
import { startWebServer } from './web-server.ts'

const application = resolve(import.meta.dirname, '..')
const data = resolve(process.env.DATA_DIRECTORY ?? join(application, '.rindle'))

const { DATABASE_URL, PORT = '0' } = process.env
const port = Number(PORT)
if (!Number.isInteger(port) || port < 0 || port > 65_535) {
  console.error(`PORT must be a whole number from 1 to 65535, or 0 for any free one, not "${PORT}".`)
  process.exit(1)
}

process.chdir(application)
await mkdir(data, { recursive: true })
await writeFile(join(data, '.gitignore'), '*\n')
await rm(join(data, 'work'), { recursive: true, force: true })

if (DATABASE_URL === undefined) say(`Starting PostgreSQL in ${data} …`)
await using postgres = DATABASE_URL === undefined ? await startEmbeddedPostgres({ directory: data }) : undefined

const web = await startWebServer(port)
Object.assign(process.env, {
  DATABASE_URL: DATABASE_URL ?? postgres?.url,
  ORIGIN: process.env.ORIGIN ?? web.origin,
  MEDIA_DIRECTORY: process.env.MEDIA_DIRECTORY ?? join(data, 'media'),
  RINDLE_SIGNING_KEY: process.env.RINDLE_SIGNING_KEY ?? (await keptKey(join(data, 'signing-key'))),
  NODE_ENV: 'production',
  NEXT_TELEMETRY_DISABLED: '1',
  CHECKPOINT_DISABLE: '1',
})

await run('@rindle/cli', 'bin.js', 'migrate')
await run('prisma', 'build/index.js', 'migrate', 'deploy')
await addFirstMembers()
if (!process.argv.includes('--no-build')) {
  say('Building …')
  await run('next', 'dist/bin/next', 'build', '--webpack')
}

// In its own process group, so that Ctrl-C reaches only this program, which lets the worker finish.
const worker = spawn(process.execPath, [program('@rindle/cli', 'bin.js'), 'worker'], {
  detached: true,
  stdio: 'inherit',
})
await web.serve(application)
say(`\nCommonroom is open: ${web.origin}\nCtrl-C closes it.`)

await Promise.race([once(process, 'SIGINT'), once(process, 'SIGTERM'), once(worker, 'exit')])
await web.stop()
await stopped(worker)
// The instance that the web server used: this process has only one.
const { rindle } = await import('../media/rindle.ts')
await rindle.stop()

async function stopped(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return
  child.kill('SIGTERM')
  await once(child, 'exit')
}

function say(line: string): void {
  process.stdout.write(`${line}\n`)
}
