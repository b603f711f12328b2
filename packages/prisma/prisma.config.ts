import { defineConfig } from 'prisma/config'
import { useStandInEngine } from './scripts/schema-engine/use-stand-in.ts'

useStandInEngine()
// Builds and tests send nothing to anybody.
process.env.CHECKPOINT_DISABLE ??= '1'

export default defineConfig({
  schema: 'schema.prisma',
  migrations: { path: 'migrations' },
  datasource: { url: process.env.DATABASE_URL ?? '' },
})
