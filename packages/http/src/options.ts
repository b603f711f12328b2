import { type Asset, type Logger, type ProfileName, type Profiles, type SlotName, stderrLogger } from '@rindle/core'
import { actorIdOf, checkOptions, DEFAULT_BODY_LIMITS, safeLogger, type UploadGrant } from '@rindle/core/adapter'
import { z } from 'zod'
import type { ResumableServer } from './resumable-server.ts'

/** An upload that an actor wants to begin, as the client declares it. */
export interface UploadIntent<A = unknown, Ps extends Profiles = Profiles> {
  readonly actor: A
  readonly profile: ProfileName<Ps>
  /** The slot to which the client wants to attach it. */
  readonly slot: SlotName<Ps, ProfileName<Ps>> | undefined
  readonly filename: string
  /** The type that the client declares; `application/octet-stream` if it does not know. */
  readonly contentType: string
  /** Bytes. */
  readonly byteSize: number
  /** Where a worker is to fetch the file; only of an upload from a URL, whose size and type are not known yet. */
  readonly url?: string
}

/** The uploads from URLs that clients may begin. */
export interface FetchUrlOptions {
  /** The hosts that may be asked, also by redirects: `cdn.example.com`, or `*.example.com`. @default every public host */
  readonly hosts?: readonly string[]
  /** Largest size in bytes, if it is less than the profile's. @default the profile's */
  readonly maxBytes?: number
}

/** A user of the application. Uploads belong to one, so a handler tells them apart by their ids. */
export interface Actor {
  readonly id: string | number
}

/** Identifies actors without such an id. */
export interface ActorNaming<A> {
  readonly actorId: (actor: A) => string | number
}

/** Options of {@link createHandler}. */
export interface HandlerOptions<A = unknown, Ps extends Profiles = Profiles> {
  /** The path at which the handler is mounted, as its requests show it: `/rindle`. */
  readonly basePath: string
  /**
   * The application's user; without one a request is refused with 401. @default none: only files, images and
   * playlists are served, by their tokens
   */
  readonly actor?: (request: Request) => A | null | undefined | Promise<A | null | undefined>
  /** Identifies an actor; uploads belong to it. Required for actors without `id`. @default `actor.id`, a string or a number */
  readonly actorId?: (actor: A) => string | number
  /**
   * The tenant of a request: its uploads belong to it, and what belongs to another tenant is answered with 404. `null`:
   * none. Without an actor, as for the files, images and playlists that pages load, a token grants; there `undefined` leaves
   * it to the token, and a name refuses a token of another tenant. @default the handler serves all tenants alike
   */
  readonly tenant?: (
    request: Request,
    actor: A | null,
  ) => string | null | undefined | Promise<string | null | undefined>
  /**
   * Called before an upload begins: `false` refuses with 403; `{ owner }` grants and, if the client names a slot,
   * attaches the upload to that owner as soon as it is available. @default every actor may upload, and no slot is taken
   */
  readonly authorizeUpload?: (intent: UploadIntent<A, Ps>) => UploadGrant | Promise<UploadGrant>
  /** Whether an actor may see an asset that another actor uploaded. @default no */
  readonly canView?: (view: { readonly actor: A; readonly asset: Asset<ProfileName<Ps>> }) => boolean | Promise<boolean>
  /** Whether an actor may move the focus, and change the text tracks, of an asset that another actor uploaded. @default no */
  readonly canEdit?: (edit: { readonly actor: A; readonly asset: Asset<ProfileName<Ps>> }) => boolean | Promise<boolean>
  /**
   * Serves resumable uploads under `/tus`: `tusServer(rindle, { path: '/rindle/tus' })` of `@rindle/tus`, whose path is
   * `basePath` and `/tus`. Its uploads are authorized like all others; if the client does not know the length yet,
   * `byteSize` is the most that the profile accepts. @default none: files are sent whole or in parts
   */
  readonly tus?: ResumableServer
  /**
   * Lets clients begin uploads from URLs (`POST /uploads/from-url`), which workers fetch; `true`: from every public host.
   * `authorizeUpload` is asked with the `url`. @default no: the route answers 404
   */
  readonly fetchUrls?: boolean | FetchUrlOptions
  /** Most event streams open at once; further ones are answered with 503. @default 1000 */
  readonly maxEventStreams?: number
  /** Most event streams that one actor may have open at once; further ones are answered with 429. @default 20 */
  readonly maxEventStreamsPerActor?: number
  /** How long a body, or the reader of a file, may make no progress, in milliseconds. @default 60000 */
  readonly idleTimeoutMs?: number
  /** The lowest average rate of a body, after `idleTimeoutMs`; 0: any. @default 1024 */
  readonly minBytesPerSecond?: number
  /** How long a body may take in all, in milliseconds. @default 86400000 (a day) */
  readonly bodyTimeoutMs?: number
  /**
   * Receives the cause of every 5xx answer, and of a wrong setting once; a pino instance fits.
   * @default one JSON line each on stderr
   */
  readonly logger?: Logger
}

/** {@link HandlerOptions}, checked and complete. */
export type HandlerConfig = Required<
  Omit<HandlerOptions, 'actor' | 'tenant' | 'authorizeUpload' | 'canView' | 'canEdit' | 'tus' | 'fetchUrls'>
> &
  Pick<HandlerOptions, 'actor' | 'tenant' | 'authorizeUpload' | 'canView' | 'canEdit' | 'tus' | 'fetchUrls'>

const callable = z.custom((value) => typeof value === 'function', 'must be a function').optional()

const optionsSchema = z
  .strictObject({
    basePath: z.string().regex(/^(\/[^/?#\s]+)*\/?$/, 'must be a path such as /rindle'),
    actor: callable,
    actorId: callable,
    tenant: callable,
    authorizeUpload: callable,
    canView: callable,
    canEdit: callable,
    tus: z
      .custom<ResumableServer>(
        (value) => typeof value === 'object' && value !== null && 'handle' in value,
        'must be made by tusServer()',
      )
      .optional(),
    fetchUrls: z
      .union([
        z.boolean(),
        z.strictObject({ hosts: z.array(z.string()).min(1).optional(), maxBytes: z.int().min(1).optional() }),
      ])
      .optional(),
    maxEventStreams: z.int().min(0).optional(),
    maxEventStreamsPerActor: z.int().min(1).optional(),
    idleTimeoutMs: z.int().min(1).max(86_400_000).optional(),
    minBytesPerSecond: z.int().min(0).optional(),
    bodyTimeoutMs: z.int().min(1).max(604_800_000).optional(),
    logger: z.custom((value) => typeof value === 'object' && value !== null && 'error' in value).optional(),
  })
  .refine(({ basePath, tus }) => tus === undefined || tus.path === `${basePath.replace(/\/$/, '')}/tus`, {
    path: ['tus'],
    error: 'must have the path of the handler, followed by /tus',
  })

/** Checks the options. Throws `config_invalid` with every problem and its path. */
export function parseOptions<A, Ps extends Profiles>(options: HandlerOptions<A, Ps>): HandlerConfig {
  checkOptions('createHandler', optionsSchema, options)
  // The application's functions take the result of its own `actor`: inside the handler, an actor is opaque.
  const given = options as unknown as HandlerOptions
  return {
    ...given,
    basePath: given.basePath.replace(/\/$/, ''),
    actorId: given.actorId ?? ((actor: unknown) => actorIdOf(actor, 'createHandler')),
    maxEventStreams: given.maxEventStreams ?? 1_000,
    maxEventStreamsPerActor: given.maxEventStreamsPerActor ?? 20,
    idleTimeoutMs: given.idleTimeoutMs ?? DEFAULT_BODY_LIMITS.idleTimeoutMs,
    minBytesPerSecond: given.minBytesPerSecond ?? DEFAULT_BODY_LIMITS.minBytesPerSecond,
    bodyTimeoutMs: given.bodyTimeoutMs ?? DEFAULT_BODY_LIMITS.bodyTimeoutMs,
    logger: safeLogger(given.logger ?? stderrLogger),
  }
}
