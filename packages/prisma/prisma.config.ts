import { defineConfig } from 'prisma/config'
import { useStandInEngine } from './scripts/schema-engine/use-stand-in.ts'

useStandInEngine()

export default defineConfig({
  schema: 'schema.prisma',
  migrations: { path: 'migrations' },
  datasource: { url: process.env.DATABASE_URL ?? '' },
})
