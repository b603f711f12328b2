import { openDatabase } from '@rindle/prisma'
import { fillAssets } from '@rindle/test-database'
import { photo } from './application.ts'

const ASSETS = 1_000_000
const QUICK_ASSETS = 3_000
const ONE_IN = 100

/** Fills an empty database with a million assets, their rows, and as many undelivered events; in a quick run with few. */
export async function fillOperations(databaseUrl: string, isQuick: boolean): Promise<void> {
  const assets = isQuick ? QUICK_ASSETS : ASSETS
  const database = openDatabase(databaseUrl)
  try {
    await fillAssets(database, { assets, oneIn: ONE_IN, variants: photo.variants, undelivered: assets })
  } finally {
    await database.close()
  }
}
