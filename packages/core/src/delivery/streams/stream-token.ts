import { z } from 'zod'
import type { SignedTokens } from '../../kernel/signed-tokens.ts'
import { GRANT_FIELDS, openGrant, signGrant } from '../grant-token.ts'

/** The use that separates these signatures from those of files and images. */
export const STREAM_TOKEN_USE = 'rindle stream token, version 1'

/** The permission in the URL of a stream or a storyboard: its playlists, or its text. */
export interface StreamGrant {
  readonly assetId: string
  /** Of the stream, or of the variant that is the strip of the storyboard. */
  readonly name: string
  /** How long the URLs in a playlist live, in seconds; 0 for a public profile, where they never expire. */
  readonly lifetimeSeconds: number
  /** `null`: never, for a public profile. */
  readonly expiresAt: Date | null
}

const payloadSchema = z.strictObject({ ...GRANT_FIELDS, n: z.string(), l: z.int().min(0) })

/** Equal grants give equal tokens. */
export function signStreamToken(tokens: SignedTokens, grant: StreamGrant): string {
  return signGrant(tokens, { a: grant.assetId, n: grant.name, l: grant.lifetimeSeconds }, grant.expiresAt)
}

/**
 * The grant of a token. `token_invalid` if it was signed elsewhere or is malformed, without saying which. `token_expired`
 * at its expiry and after.
 */
export function openStreamToken(tokens: SignedTokens, token: string, now: Date): StreamGrant {
  const { a: assetId, n: name, l: lifetimeSeconds, expiresAt } = openGrant(tokens, payloadSchema, token, now)
  return { assetId, name, lifetimeSeconds, expiresAt }
}
