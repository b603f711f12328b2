import { z } from 'zod'
import { expiredLink, invalidLink, type SignedTokens } from '../kernel/signed-tokens.ts'

/** The fields of every token that grants something of one asset. One letter each: the token is part of every URL. */
export const GRANT_FIELDS: { readonly v: z.ZodLiteral<1>; readonly a: z.ZodUUID; readonly e: z.ZodOptional<z.ZodInt> } =
  {
    v: z.literal(1),
    /** The asset. */
    a: z.uuid(),
    /** The expiry, in milliseconds; absent: never. */
    e: z.int().optional(),
  }

/** Makes the token of a grant. Equal grants give equal tokens. */
export function signGrant(tokens: SignedTokens, fields: object, expiresAt: Date | null): string {
  return tokens.sign(expiresAt === null ? { v: 1, ...fields } : { v: 1, ...fields, e: expiresAt.getTime() })
}

/**
 * The fields of a token. `token_invalid` if it was signed elsewhere or is malformed, without saying which.
 * `token_expired` at its expiry and after.
 */
export function openGrant<T extends { readonly e?: number | undefined }>(
  tokens: SignedTokens,
  schema: z.ZodType<T>,
  token: string,
  now: Date,
): Omit<T, 'e'> & { readonly expiresAt: Date | null } {
  const parsed = schema.safeParse(tokens.open(token))
  if (!parsed.success) throw invalidLink()
  const { e: expiresAtMs, ...fields } = parsed.data
  if (expiresAtMs !== undefined && now.getTime() >= expiresAtMs) throw expiredLink()
  return { ...fields, expiresAt: expiresAtMs === undefined ? null : new Date(expiresAtMs) }
}
