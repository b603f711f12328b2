import { execFile } from 'node:child_process'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { useStandInEngine } from '../scripts/schema-engine/use-stand-in.ts'

/** The output of a run of the Prisma CLI, without colours, and its exit code. */
export interface PrismaRun {
  readonly exitCode: number
  readonly output: string
}

/** A directory with a Prisma schema and configuration, in which the real CLI runs. */
export interface PrismaProject extends AsyncDisposable {
  readonly directory: string
  writeSchema(models: string): Promise<void>
  prisma(...args: string[]): Promise<PrismaRun>
}

const PACKAGE_DIRECTORY = fileURLToPath(new URL('..', import.meta.url))
const CLI = createRequire(import.meta.url).resolve('prisma/build/index.js')

/** Runs the CLI in this package, with its own schema, migrations and configuration, against `url`. */
export function prismaOfRindle(url: string): (...args: string[]) => Promise<PrismaRun> {
  return (...args) => runPrisma(PACKAGE_DIRECTORY, args, { DATABASE_URL: url })
}

/** Makes a project that has nothing to do with Rindle. Its schema is in `public` unless the URL says otherwise. */
export async function makePrismaProject(options: {
  url: string
  shadowUrl?: string
  models: string
  migrationsDirectory?: string
}): Promise<PrismaProject> {
  const directory = await mkdtemp(join(tmpdir(), 'rindle-prisma-'))
  const config = {
    schema: 'schema.prisma',
    migrations: { path: options.migrationsDirectory ?? 'migrations' },
    datasource: { url: options.url, shadowDatabaseUrl: options.shadowUrl },
  }
  const writeSchema = (models: string): Promise<void> =>
    writeFile(join(directory, 'schema.prisma'), `datasource db {\n  provider = "postgresql"\n}\n\n${models}\n`)
  await writeFile(join(directory, 'prisma.config.mjs'), `export default ${JSON.stringify(config)}\n`)
  await writeSchema(options.models)
  return {
    directory,
    writeSchema,
    prisma: (...args) => runPrisma(directory, args, {}),
    [Symbol.asyncDispose]: () => rm(directory, { recursive: true }),
  }
}

/** No command may reach for the network: no engine to fetch, no question about newer versions. */
function runPrisma(cwd: string, args: string[], env: Record<string, string>): Promise<PrismaRun> {
  useStandInEngine()
  const options = { cwd, env: { ...process.env, CHECKPOINT_DISABLE: '1', NO_COLOR: '1', ...env } }
  return new Promise((resolve) => {
    const child = execFile(process.execPath, [CLI, ...args], options, (_error, stdout, stderr) => {
      resolve({ exitCode: child.exitCode ?? -1, output: `${stdout}${stderr}` })
    })
  })
}
