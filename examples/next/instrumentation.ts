/** What Next calls once when a server starts. Nightly, files that nobody has used for a week are given up. */
export async function register(): Promise<void> {
  if (process.env.NEXT_RUNTIME !== 'nodejs') return
  const { rindle } = await import('./media/rindle.ts')
  await rindle.start()
  await rindle.schedule({ cleanupOrphans: { live: true }, purgeUnattached: { cron: '0 3 * * *', live: true } })
}
