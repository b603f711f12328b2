import { z } from 'zod'
import { MAX_EXPIRY_SECONDS } from '../domain/expiry.ts'
import { HANDLED_EVENTS } from '../domain/hook-events.ts'
import { NAME_PATTERN } from '../domain/keys.ts'
import { invalidOptions, problemsOf } from '../domain/option-problems.ts'
import { METADATA_POLICIES } from '../domain/original-metadata.ts'
import { STALE_MODES } from '../domain/stale-policy.ts'
import type { HookHandler } from '../ports/hooks.ts'
import {
  type Declaration,
  declarationProblems,
  familiesOf,
  isDeclared,
  onDemandOf,
  recipesOf,
  streamsOf,
} from './declarations.ts'
import {
  type Cardinality,
  type Makes,
  type NoNames,
  PLACEHOLDER_MODES,
  type Profile,
  type ProfileOptions,
  REGENERATE_MODES,
  type SlotOption,
  type SlotRules,
  type StorageChoice,
} from './profile.ts'

// Also of a wildcard: image/*.
const DECODED = /^(image|video|audio)\//
const DEFAULT_MAX_PIXELS = 100_000_000
/** A hundred years. */
const MAX_TRASH_SECONDS = 36_525 * 86_400

const name = z.string().regex(NAME_PATTERN, 'must be lower-case letters, digits and _, and begin with a letter')
const callable = <T>(what: string): z.ZodType<T> =>
  z.custom<T>((value) => typeof value === 'function', `must be ${what}`)
const withMethod = <T>(method: string): z.ZodType<T> =>
  z.custom<T>(
    (value) => typeof (value as Record<string, unknown> | null)?.[method] === 'function',
    `must be an object with ${method}()`,
  )

const NO_RECIPE =
  'must be made by a recipe function, such as image.fit() of @rindle/processor-image/recipes; wrap the options of an ' +
  'earlier version in it: image.from({ … })'

const profileSchema = z.strictObject({
  storage: z.union([z.string().min(1), callable('a function')], {
    error: 'must be the name of a storage, or a function that returns one',
  }),
  accept: z
    .strictObject({
      types: z
        .array(z.string().regex(/^[a-z]+\/([a-z0-9.+-]+|\*)$/, 'must be a content type such as image/png or image/*'))
        .min(1),
      extensions: z.array(z.string().regex(/^\.[a-z0-9]+$/, 'must be a dot and lower-case letters: .jpg')).optional(),
      extensionMismatch: z.enum(['correct', 'reject']).optional(),
      allowEmpty: z.boolean().optional(),
      maxBytes: z.int().positive(),
      maxPixels: z.int().positive().optional(),
      maxDurationMs: z.int().positive().optional(),
    })
    .refine(({ allowEmpty, types }) => allowEmpty !== true || types.some((type) => !DECODED.test(type)), {
      path: ['allowEmpty'],
      error: 'is for files that are never decoded, and all of the types are images, video or audio: leave it out',
    }),
  variants: z.record(name, z.custom<Declaration>(isDeclared, NO_RECIPE)).optional(),
  slots: z
    .record(
      z.string().min(1).max(64),
      z.union([z.enum(['one', 'many']), z.strictObject({ many: z.literal(true), max: z.int().min(1).optional() })], {
        error: "must be 'one', 'many' or { many: true, max: a whole number of at least 1 }",
      }),
      { error: "must be an object with the slots by name: { avatar: 'one', gallery: 'many' }" },
    )
    .optional(),
  regenerate: z.enum(REGENERATE_MODES).optional(),
  placeholder: z.enum(PLACEHOLDER_MODES).optional(),
  extractSubtitles: z.boolean().optional(),
  purge: z.strictObject({ afterSeconds: z.int().min(1).max(MAX_TRASH_SECONDS) }).optional(),
  originals: z.strictObject({ metadata: z.enum(METADATA_POLICIES).optional() }).optional(),
  delivery: z
    .strictObject({
      public: z.boolean().optional(),
      expiresInSeconds: z.int().min(1).max(MAX_EXPIRY_SECONDS).optional(),
      staleMode: z.enum(STALE_MODES).optional(),
      authorize: callable<NonNullable<Profile['delivery']['authorize']>>('a function').optional(),
    })
    .optional(),
  scanners: z.array(withMethod<Profile['scanners'][number]>('scan')).optional(),
  analyzers: z.array(withMethod<Profile['analyzers'][number]>('analyze')).optional(),
  on: z.strictObject(handlerSchemas()).optional(),
})

function handlerSchemas(): Record<string, z.ZodOptional<z.ZodType<HookHandler>>> {
  return Object.fromEntries(
    Object.keys(HANDLED_EVENTS).map((handler) => [handler, callable<HookHandler>('a function').optional()]),
  )
}

/**
 * Declares the policy for one family of media. Validates everything at once: `config_invalid` lists every problem with
 * its path. Does no I/O. Names of variants and slots, and the kinds of the variants, become part of the type.
 */
export function defineProfile<
  V extends Makes = NoNames,
  const S extends Readonly<Record<string, SlotOption>> = NoNames,
  const St extends string = string,
>(options: ProfileOptions<V, S, St>): Profile<V, { readonly [N in keyof S]: S[N] extends 'one' ? 'one' : 'many' }, St> {
  const parsed = profileSchema.safeParse(options)
  const problems = parsed.success ? declarationProblems(parsed.data.variants) : problemsOf(parsed.error, options)
  if (!parsed.success || problems.length > 0) throw invalidOptions('The profile is not valid', problems)
  const { accept, delivery = {}, variants = {}, slots = {} } = parsed.data
  const chooseStorage = typeof options.storage === 'function' ? options.storage : null
  const profile: Profile = {
    storage: typeof options.storage === 'function' ? storageOfNobody(options.storage) : options.storage,
    chooseStorage,
    accept: {
      types: options.accept.types,
      extensions: accept.extensions ?? null,
      extensionMismatch: accept.extensionMismatch ?? 'correct',
      allowEmpty: accept.allowEmpty ?? false,
      maxBytes: accept.maxBytes,
      maxPixels: accept.maxPixels ?? DEFAULT_MAX_PIXELS,
      maxDurationMs: accept.maxDurationMs ?? null,
    },
    variants: recipesOf(variants),
    families: familiesOf(variants),
    streams: streamsOf(variants),
    onDemand: onDemandOf(variants),
    slots: Object.fromEntries(Object.entries(slots).map(([key, slot]) => [key, slotRules(slot)])),
    delivery: {
      public: delivery.public ?? false,
      expiresInSeconds: delivery.expiresInSeconds ?? null,
      staleMode: delivery.staleMode ?? 'serve_stale',
      authorize: delivery.authorize ?? null,
    },
    regenerate: options.regenerate ?? 'on_request',
    placeholder: options.placeholder ?? 'none',
    extractSubtitles: options.extractSubtitles ?? false,
    purge: options.purge ?? null,
    originals: { metadata: options.originals?.metadata ?? 'keep' },
    scanners: options.scanners ?? [],
    analyzers: options.analyzers ?? [],
    on: options.on ?? {},
  }
  // The names and kinds are the given ones.
  return profile as Profile<V, { readonly [N in keyof S]: S[N] extends 'one' ? 'one' : 'many' }, St>
}

/** `config_invalid` for a function that needs somebody to choose for. */
function storageOfNobody(choose: (upload: StorageChoice) => string): string {
  const chosen: unknown = choose({ actorId: null, owner: null, tenant: null })
  if (typeof chosen === 'string' && chosen !== '') return chosen
  const message = 'must return the name of a storage, at once, and also where actorId, owner and tenant are null'
  throw invalidOptions('The profile is not valid', [{ path: 'storage', message }])
}

function slotRules(slot: SlotOption): SlotRules {
  const cardinality: Cardinality = slot === 'one' ? 'one' : 'many'
  return { cardinality, max: typeof slot === 'object' ? (slot.max ?? null) : null }
}
