import { createHash, timingSafeEqual } from 'node:crypto'
import { type Logger, type Profiles, QUEUE_NAMES, type QueueName, type Rindle, stderrLogger } from '@rindle/core'
import { checkOptions, problemResponse, safeLogger } from '@rindle/core/adapter'
import { z } from 'zod'
import { answerToFailure } from './answer-to-failure.ts'
import { jsonAnswer, toResponse } from './json-answer.ts'
import { RequestRefused } from './request-refused.ts'

/** Options of {@link drainHandler}. */
export interface DrainHandlerOptions {
  /**
   * What a request must carry as `Authorization: Bearer …`, at least 16 characters; Vercel sends `CRON_SECRET` so. For
   * rotation, a list: each of them opens.
   */
  readonly secret: string | readonly string[]
  /** The longest time of a request, in seconds: less than the platform gives the function. @default 8 */
  readonly maxSeconds?: number
  /** The queues to serve. @default all but `rindle_media` */
  readonly queues?: readonly QueueName[]
  /**
   * Receives the cause of every 5xx answer, and of a wrong setting once; a pino instance fits.
   * @default one JSON line each on stderr
   */
  readonly logger?: Logger
}

const DEFAULT_SECONDS = 8
const MIN_SECRET_LENGTH = 16
const METHODS = ['GET', 'POST']

const secret = z
  .string({ error: 'must be a text: is the variable set in the environment?' })
  .min(MIN_SECRET_LENGTH, `must be a secret of at least ${MIN_SECRET_LENGTH} characters`)
const optionsSchema = z.strictObject({
  secret: z.union([secret, z.tuple([secret], secret)]),
  maxSeconds: z.number().min(2).max(86_400).optional(),
  queues: z.array(z.enum(QUEUE_NAMES)).min(1).optional(),
  logger: z.custom((value) => typeof value === 'object' && value !== null && 'error' in value).optional(),
})

/**
 * A handler that does the work that is due, for cron jobs of platforms on which no worker can live: `GET` or `POST` with
 * the secret starts the instance if need be, runs `rindle.drain` and answers with its report; 401 without the secret.
 * Requests at once are safe. Throws `config_invalid`, which lists every problem of the options.
 */
export function drainHandler<const Ps extends Profiles>(
  rindle: Pick<Rindle<Ps>, 'start' | 'drain'>,
  options: DrainHandlerOptions,
): (request: Request) => Promise<Response> {
  checkOptions('drainHandler', optionsSchema, options)
  const { maxSeconds = DEFAULT_SECONDS, queues } = options
  const logger = safeLogger(options.logger ?? stderrLogger)
  const secrets = [options.secret].flat().map(digestOf)
  return async (request) => {
    try {
      if (!METHODS.includes(request.method)) {
        const message = `Method ${request.method} is not allowed.`
        throw new RequestRefused(405, 'invalid_input', message, { allow: METHODS.join(', ') })
      }
      if (!isOpenedBy(request, secrets)) return refused()
      await rindle.start()
      const report = await rindle.drain({ maxSeconds, ...(queues === undefined ? {} : { queues }) })
      return toResponse(jsonAnswer(report))
    } catch (error) {
      return answerToFailure(error, logger)
    }
  }
}

/** In a time that tells neither how much of it is right nor how long it is. */
function isOpenedBy({ headers }: Request, secrets: readonly Buffer[]): boolean {
  const [, given = ''] = /^Bearer (.+)$/i.exec(headers.get('authorization') ?? '') ?? []
  const digest = digestOf(given)
  return secrets.map((one) => timingSafeEqual(one, digest)).includes(true)
}

function digestOf(text: string): Buffer {
  return createHash('sha256').update(text).digest()
}

function refused(): Response {
  const detail = 'The request does not carry the secret.'
  return problemResponse({ status: 401, code: 'forbidden', detail }, { 'www-authenticate': 'Bearer' })
}
