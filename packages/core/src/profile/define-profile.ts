import { z } from 'zod'
import { recipeDigest } from '../domain/digest.ts'
import { MAX_EXPIRY_SECONDS } from '../domain/expiry.ts'
import { NAME_PATTERN } from '../domain/keys.ts'
import { normalizeRecipe, recipeSchema } from '../domain/recipes.ts'
import { STALE_MODES } from '../domain/stale-policy.ts'
import { invalidOptions, problemsOf } from './problems.ts'
import type { DeclaredVariant, Profile, ProfileOptions } from './profile.ts'

// Also of a wildcard: image/*.
const DECODED = /^(image|video|audio)\//
const DEFAULT_MAX_PIXELS = 100_000_000

const name = z.string().regex(NAME_PATTERN, 'must be lower-case letters, digits and _, and begin with a letter')
const callable = <T>(what: string): z.ZodType<T> =>
  z.custom<T>((value) => typeof value === 'function', `must be ${what}`)
const withMethod = <T>(method: string): z.ZodType<T> =>
  z.custom<T>(
    (value) => typeof (value as Record<string, unknown> | null)?.[method] === 'function',
    `must be an object with ${method}()`,
  )

const profileSchema = z.strictObject({
  storage: z.string().min(1),
  accept: z
    .strictObject({
      types: z
        .array(z.string().regex(/^[a-z]+\/([a-z0-9.+-]+|\*)$/, 'must be a content type such as image/jpeg or image/*'))
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
  variants: z.record(name, recipeSchema).optional(),
  slots: z.array(z.string().min(1).max(64)).optional(),
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
})

/**
 * Declares the policy for one family of media. Validates everything at once: `config_invalid` lists every problem with
 * its path. Does no I/O. Names of variants and slots become part of the type.
 */
export function defineProfile<const V extends string = never, const S extends string = string>(
  options: ProfileOptions<V, S>,
): Profile<V, S> {
  const parsed = profileSchema.safeParse(options)
  if (!parsed.success) throw invalidOptions('The profile is not valid', problemsOf(parsed.error, options))
  const { accept, delivery = {} } = parsed.data
  return {
    storage: options.storage,
    accept: {
      types: accept.types,
      extensions: accept.extensions ?? null,
      extensionMismatch: accept.extensionMismatch ?? 'correct',
      allowEmpty: accept.allowEmpty ?? false,
      maxBytes: accept.maxBytes,
      maxPixels: accept.maxPixels ?? DEFAULT_MAX_PIXELS,
      maxDurationMs: accept.maxDurationMs ?? null,
    },
    variants: declareVariants(options.variants),
    slots: options.slots ?? null,
    delivery: {
      public: delivery.public ?? false,
      expiresInSeconds: delivery.expiresInSeconds ?? null,
      staleMode: delivery.staleMode ?? 'fallback_original',
      authorize: delivery.authorize ?? null,
    },
    scanners: options.scanners ?? [],
    analyzers: options.analyzers ?? [],
  }
}

function declareVariants<V extends string>(
  variants: ProfileOptions<V>['variants'],
): Readonly<Record<V, DeclaredVariant>> {
  const declared = Object.entries<NonNullable<typeof variants>[V]>(variants ?? {}).map(([key, recipe]) => {
    const normalized = normalizeRecipe(recipe)
    return [key, { recipe: normalized, digest: recipeDigest(normalized) }] as const
  })
  return Object.fromEntries(declared) as Record<V, DeclaredVariant>
}
