import { scaleInstance } from './scale-profile.ts'

// The program of a maintenance process: node scale-main.ts <database-url>. It runs verbs over all rows, and sends the
// report of each, when each of its pages ended, and by how much the process had grown since it had started, at most.
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
  const pageEndsMs: number[] = []
  const startedAt = performance.now()
  const onProgress = (): void => void pageEndsMs.push(performance.now() - startedAt)
  const report = await rindle[verb]({ live: true, concurrency: 10, onProgress })
  process.send?.({ verb, report, pageEndsMs, grownBytes: maxRssBytes() - startBytes })
}
await rindle.stop()
process.disconnect()
