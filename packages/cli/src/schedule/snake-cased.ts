import type { JsonObject } from '@rindle/core'

/** The same, its own keys as JSON of commands spells them: `sessionsFound` is `sessions_found`. Pure. */
export function snakeCased(object: JsonObject): JsonObject {
  const spelled = (key: string): string => key.replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`)
  return Object.fromEntries(Object.entries(object).map(([key, value]) => [spelled(key), value]))
}
