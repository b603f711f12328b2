/** Next calls this once when a server starts. Every night, it purges files that nobody has used for a week. */
export async function register(): Promise<void> {
  if (process.env.NEXT_RUNTIME !== 'nodejs') return
  const { rindle } = await import('./media/rindle.ts')
  await rindle.start()
  await rindle.schedule({ cleanupOrphans: { live: true }, purgeUnattached: { cron: '0 3 * * *', live: true } })
}
