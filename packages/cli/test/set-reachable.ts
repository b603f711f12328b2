import { openDatabase } from '@rindle/prisma'
import type { TestDatabase } from '@rindle/test-database'

/** Throws everybody out of a database and keeps them out, or lets them in again. */
export async function setReachable({ url }: Pick<TestDatabase, 'url'>, isReachable: boolean): Promise<void> {
  const admin = new URL(url)
  const name = admin.pathname.slice(1)
  admin.pathname = '/postgres'
  const server = openDatabase(admin.href, { maxConnections: 1 })
  await server.executeSql(`alter database "${name}" allow_connections ${isReachable}`)
  if (!isReachable) {
    await server.executeSql('select pg_terminate_backend(pid) from pg_stat_activity where datname = $1', [name])
  }
  await server.close()
}
