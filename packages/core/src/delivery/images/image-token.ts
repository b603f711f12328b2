import { z } from 'zod'
import type { SignedTokens } from '../../kernel/signed-tokens.ts'
import { GRANT_FIELDS, openGrant, signGrant } from '../grant-token.ts'

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

const payloadSchema = z.strictObject({ ...GRANT_FIELDS, f: z.string(), d: z.string() })

/** Equal grants give equal tokens. */
export function signImageToken(tokens: SignedTokens, { assetId, family, version, expiresAt }: ImageGrant): string {
  return signGrant(tokens, { a: assetId, f: family, d: version }, expiresAt)
}

/**
 * The grant of a token. `token_invalid` if it was signed elsewhere or is malformed, without saying which. `token_expired`
 * at its expiry and after.
 */
export function openImageToken(tokens: SignedTokens, token: string, now: Date): ImageGrant {
  const { a: assetId, f: family, d: version, expiresAt } = openGrant(tokens, payloadSchema, token, now)
  return { assetId, family, version, expiresAt }
}
