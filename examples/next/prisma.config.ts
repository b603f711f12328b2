import { existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { defineConfig } from 'prisma/config'

// Prisma fetches its native engine when it is first used. In this repository a stand-in saves that; your own
// application does not need these lines.
const standIn = fileURLToPath(new URL('../../packages/prisma/scripts/schema-engine/main.ts', import.meta.url))
if (existsSync(standIn) && process.platform !== 'win32') process.env.PRISMA_SCHEMA_ENGINE_BINARY ??= standIn

export default defineConfig({
  schema: 'prisma/schema.prisma',
  migrations: { path: 'prisma/migrations' },
  datasource: { url: process.env.DATABASE_URL ?? '' },
})
