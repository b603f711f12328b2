import { existsSync, readdirSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname } from 'node:path'
import { fileURLToPath } from 'node:url'

/**
 * Makes Prisma's CLI use the stand-in when no native schema engine is installed and none is named, so that no command
 * begins with a download. To be called by a `prisma.config.ts`. Windows starts no script as a program, so there the
 * CLI does fetch its engine.
 */
export function useStandInEngine(): void {
  if (process.env.PRISMA_SCHEMA_ENGINE_BINARY !== undefined || process.platform === 'win32') return
  if (hasNativeEngine()) return
  process.env.PRISMA_SCHEMA_ENGINE_BINARY = fileURLToPath(new URL('./main.ts', import.meta.url))
}

function hasNativeEngine(): boolean {
  const prisma = createRequire(import.meta.url).resolve('prisma/package.json')
  const engines = dirname(createRequire(prisma).resolve('@prisma/engines/package.json'))
  return existsSync(engines) && readdirSync(engines).some((file) => file.startsWith('schema-engine-'))
}
