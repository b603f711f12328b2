import type { QuotaUsage } from '../assets/quota-usage.ts'
import { counted } from '../domain/counted.ts'
import type { Owner } from '../domain/entities.ts'
import { RindleError } from '../domain/errors.ts'

/** The limits of an account, complete. */
export interface AccountLimits {
  readonly account: string
  readonly maxBytes: number | null
  readonly maxAssets: number | null
}

/** The account that an upload counts for unless the application names one; `null`: there is none. Pure. */
export function accountOf({
  actorId,
  owner,
  tenant,
}: {
  readonly actorId: string | null
  readonly owner: Owner | null
  readonly tenant: string | null
}): string | null {
  const prefix = tenant === null ? '' : `${tenant}/`
  if (actorId !== null) return `${prefix}actor:${escaped(actorId)}`
  if (owner !== null) return `${prefix}owner:${escaped(owner.type)}:${escaped(String(owner.id))}`
  return tenant === null ? null : `tenant:${tenant}`
}

/** Only the separators: an index holds at most 2,704 bytes, and a name may have 255 characters of any script. */
function escaped(name: string): string {
  return name.replaceAll(/[%:/]/g, encodeURIComponent)
}

/** The error of an upload that does not fit, with what is left. Pure. */
export function quotaExceeded(
  { maxBytes, maxAssets }: AccountLimits,
  used: Omit<QuotaUsage, 'account'>,
  wanted: QuotaUsage,
): RindleError {
  const left = { bytes: leftOf(maxBytes, used.bytes), assets: leftOf(maxAssets, used.assets) }
  const isByAssets = left.assets !== null && wanted.assets > left.assets
  const message = isByAssets
    ? `The quota of ${counted(maxAssets ?? 0, 'file')} is used up. Delete some files, or ask for more.`
    : `The upload may need ${counted(wanted.bytes, 'byte')}, and ${counted(left.bytes ?? 0, 'byte')} of the quota of ` +
      `${maxBytes} are left. Delete files, or ask for more.`
  return new RindleError('quota_exceeded', message, {
    details: {
      limit: isByAssets ? 'assets' : 'bytes',
      maxBytes,
      bytesLeft: left.bytes,
      maxAssets,
      assetsLeft: left.assets,
    },
  })
}

function leftOf(most: number | null, used: number): number | null {
  return most === null ? null : Math.max(0, most - used)
}
