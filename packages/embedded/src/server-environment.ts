/**
 * The environment of every PostgreSQL program that Rindle starts. It is short on purpose: `PGDATA`, `NODE_OPTIONS` or a
 * locale of the caller must not change its behaviour, and messages are matched in English.
 */
export function serverEnvironment(): NodeJS.ProcessEnv {
  const kept = ['PATH', 'SystemRoot', 'TEMP', 'TMP']
    .map((name) => [name, process.env[name]] as const)
    .filter(([, value]) => value !== undefined)
  return { ...Object.fromEntries(kept), LC_ALL: 'C', TZ: 'UTC' }
}
