import type { Handle } from './call.ts'

/** Every verb: one file of `verbs/` each. `GET` asks with the numbers of the dry run, `POST` acts. */
export const VERBS: Readonly<Record<string, Handle>> = {}
