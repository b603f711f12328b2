import { scaleInstance } from './scale-profile.ts'

// The program of a maintenance process: node scale-main.ts <database-url>. It runs verbs over all rows, and sends the
// report of each, how long it took, and by how much the process had grown since it had started, at most.
const [, , databaseUrl = ''] = process.argv
const rindle = scaleInstance(databaseUrl, databaseUrl)
await rindle.start()

const maxRssBytes = (): number => process.resourceUsage().maxRSS * 1_024
const startBytes = maxRssBytes()
for (const verb of [
  'verifyStorage',
  'regenerateVariants',
  'abortIncompleteUploads',
  'cleanupOrphans',
  'backfillMetadata',
] as const) {
  const startedAt = performance.now()
  const report = await rindle[verb]({ live: true, concurrency: 10 })
  process.send?.({
    verb,
    report,
    seconds: (performance.now() - startedAt) / 1_000,
    grownBytes: maxRssBytes() - startBytes,
  })
}
await rindle.stop()
process.disconnect()
