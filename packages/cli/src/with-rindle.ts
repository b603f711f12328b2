import type { Rindle } from '@rindle/core'
import { assertSameDatabase } from './assert-same-database.ts'
import type { CommonArguments } from './common-options.ts'
import type { Io } from './io.ts'
import { loadConfig } from './load-config.ts'

/** Passes the configured instance, not started, to `work`, and always stops it afterwards. */
export async function withRindle<T>(args: CommonArguments, io: Io, work: (rindle: Rindle) => Promise<T>): Promise<T> {
  await using rindle = await loadConfig(args, io)
  if (args.databaseUrl !== undefined) await assertSameDatabase(rindle, args.databaseUrl)
  return await work(rindle)
}
