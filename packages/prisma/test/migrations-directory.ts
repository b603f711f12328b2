import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/** A directory of migrations for one test. */
export interface MigrationsDirectory extends AsyncDisposable {
  readonly path: string
  write(name: string, sql: string): Promise<void>
  remove(name: string): Promise<void>
}

export async function makeMigrationsDirectory(sqlByName: Record<string, string>): Promise<MigrationsDirectory> {
  const path = await mkdtemp(join(tmpdir(), 'rindle-migrations-'))
  const write = async (name: string, sql: string): Promise<void> => {
    await mkdir(join(path, name), { recursive: true })
    await writeFile(join(path, name, 'migration.sql'), sql)
  }
  for (const [name, sql] of Object.entries(sqlByName)) await write(name, sql)
  return {
    path,
    write,
    remove: (name) => rm(join(path, name), { recursive: true }),
    [Symbol.asyncDispose]: () => rm(path, { recursive: true }),
  }
}
