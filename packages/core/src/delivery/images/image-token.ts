import { z } from 'zod'
import { expiredLink, invalidLink, type SignedTokens } from '../../kernel/signed-tokens.ts'

/** The use that separates these signatures from those of files. */
export const IMAGE_TOKEN_USE = 'rindle image token, version 1'

/** The permission in the token of a family's URL: every image of one family of one asset. */
export interface ImageGrant {
  readonly assetId: string
  readonly family: string
  /** The version of the family's pictures when the URL was issued. */
  readonly version: string
  /** `null`: never, for a public profile. */
  readonly expiresAt: Date | null
}

// One letter for each field, because the token is part of every URL.
const payloadSchema = z.strictObject({
  v: z.literal(1),
  a: z.uuid(),
  f: z.string(),
  d: z.string(),
  e: z.int().optional(),
})

/** Equal grants give equal tokens. */
export function signImageToken(tokens: SignedTokens, grant: ImageGrant): string {
  const { assetId, family, version, expiresAt } = grant
  const payload: z.infer<typeof payloadSchema> = { v: 1, a: assetId, f: family, d: version }
  return tokens.sign(expiresAt === null ? payload : { ...payload, e: expiresAt.getTime() })
}

/**
 * The grant of a token. `token_invalid` if it was signed elsewhere or is malformed, without saying which. `token_expired`
 * at its expiry and after.
 */
export function openImageToken(tokens: SignedTokens, token: string, now: Date): ImageGrant {
  const parsed = payloadSchema.safeParse(tokens.open(token))
  if (!parsed.success) throw invalidLink()
  const { a: assetId, f: family, d: version, e: expiresAtMs } = parsed.data
  if (expiresAtMs !== undefined && now.getTime() >= expiresAtMs) throw expiredLink()
  return { assetId, family, version, expiresAt: expiresAtMs === undefined ? null : new Date(expiresAtMs) }
}
