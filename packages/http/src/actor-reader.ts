import type { HandlerConfig } from './options.ts'
import { RequestRefused } from './request-refused.ts'

const FORGOTTEN =
  'createHandler was made without `actor`, so every request but those for files is refused with 401. ' +
  'Give it a function that returns the user of a request.'
const NOTHING =
  'The `actor` of createHandler returned undefined, and the request was refused with 401. Let it return the user or, ' +
  'if nobody is signed in, null. This is logged once.'

/**
 * Reads the actor of a request, and refuses a request without one with 401. Logs once for each handler that this may be
 * a mistake of the application, because its pages see only the 401.
 */
export function actorReader({ actor, logger }: HandlerConfig): (request: Request) => Promise<unknown> {
  let isSaid = false
  const say = (code: string, message: string): void => {
    if (!isSaid) logger.warn({ code }, message)
    isSaid = true
  }
  return async (request) => {
    const found = await actor?.(request)
    if (found !== undefined && found !== null) return found
    if (actor === undefined) say('actor_missing', FORGOTTEN)
    else if (found === undefined) say('actor_undefined', NOTHING)
    throw new RequestRefused(401, 'forbidden', 'Nobody is signed in.')
  }
}
