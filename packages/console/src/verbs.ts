import type { Handle } from './call.ts'
import { askVerb, postVerb } from './verbs/ask.ts'
import { askRun, postRun, stopRun } from './verbs/run-verb.ts'

/** The routes of every verb: `GET` asks with the numbers of the dry run, `POST` acts. */
export const VERBS: Readonly<Record<string, Handle>> = {
  'GET /verbs/:verb': askVerb,
  'POST /verbs/:verb': postVerb,
  'GET /maintenance/:verb': askRun,
  'POST /maintenance/:verb': postRun,
  'POST /maintenance/:verb/stop': stopRun,
}
