/** Next calls this once when a server starts. The workers run in that server; `npx rindle worker` starts others. */
export async function register(): Promise<void> {
  // Next compiles this file for its edge runtime as well, which has no database.
  if (process.env.NEXT_RUNTIME === 'nodejs') {
    const { registerRindle } = await import('@rindle/http/next')
    await registerRindle(() => import('./rindle.config.ts'))()
  }
}
