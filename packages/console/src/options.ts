import { type Logger, type Profiles, type Rindle, stderrLogger } from '@rindle/core'
import { actorIdOf, checkOptions, safeLogger } from '@rindle/core/adapter'
import { z } from 'zod'

/** The question whether an actor may use a verb. */
export interface VerbQuestion<A = unknown> {
  readonly actor: A
  /** The name of the method that it calls: "purgeAsset". */
  readonly verb: string
}

/** Options of {@link rindleConsole}. */
export interface ConsoleOptions<A = unknown> {
  /** The path at which the console is mounted, as its requests show it: `/admin/media`. */
  readonly basePath: string
  /** The operator that sent a request; without one it is refused with 401. Put your own sign-in here. */
  readonly actor: (request: Request) => A | null | undefined | Promise<A | null | undefined>
  /** Names an operator for the log. @default `actor.id`, a string or a number */
  readonly actorId?: (actor: A) => string | number
  /** Whether an operator may use a verb. Who may not still sees every page. @default no verb: the console only shows */
  readonly can?: (question: VerbQuestion<A>) => boolean | Promise<boolean>
  /** The name of the installation, at the head of every page. @default none */
  readonly title?: string
  /** Receives the cause of every page that failed; a pino instance fits. @default one JSON line each on stderr */
  readonly logger?: Logger
}

/** {@link ConsoleOptions}, checked and complete. */
export interface ConsoleConfig {
  /** Has no slash at its end. */
  readonly basePath: string
  readonly title: string | undefined
  readonly actor: (request: Request) => unknown
  readonly actorId: (actor: unknown) => string
  readonly can: (question: VerbQuestion) => boolean | Promise<boolean>
  readonly logger: Logger
}

const callable = z.custom((value) => typeof value === 'function', 'must be a function')

const optionsSchema = z.strictObject({
  basePath: z.string().regex(/^(\/[^/?#\s]+)*\/?$/, 'must be a path such as /admin/media'),
  actor: callable,
  actorId: callable.optional(),
  can: callable.optional(),
  title: z.string().max(100).optional(),
  logger: z.custom((value) => typeof value === 'object' && value !== null && 'error' in value).optional(),
})

/** Checks the options. Throws `config_invalid` with every problem and its path. */
export function parseOptions<A>(options: ConsoleOptions<A>): ConsoleConfig {
  checkOptions('rindleConsole', optionsSchema, options)
  // The application's functions take the result of its own `actor`: inside the console, an actor is opaque.
  const given = options as unknown as ConsoleOptions
  const idOfActor = given.actorId ?? ((actor: unknown) => actorIdOf(actor, 'rindleConsole'))
  return {
    basePath: given.basePath.replace(/\/$/, ''),
    title: given.title,
    actor: given.actor,
    actorId: (actor) => String(idOfActor(actor)),
    can: given.can ?? (() => false),
    logger: safeLogger(given.logger ?? stderrLogger),
  }
}

/** An instance whose profiles the compiler does not know. At run time the two types are the same. */
export function anyRindle<const Ps extends Profiles>(rindle: Rindle<Ps>): Rindle {
  return rindle as unknown as Rindle
}
