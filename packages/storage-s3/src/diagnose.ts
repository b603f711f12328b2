import { GetBucketLifecycleConfigurationCommand, type LifecycleRuleFilter } from '@aws-sdk/client-s3'
import { type DiagnosisContext, type Finding, STAGING_PREFIX } from '@rindle/core/adapter'
import { attempt } from './attempt.ts'
import type { S3Bucket } from './s3-bucket.ts'

const ID = 'storage.lifecycle'

/** The relevant part of a rule of the bucket. */
interface Rule {
  readonly Status: string | undefined
  readonly Filter?: LifecycleRuleFilter | undefined
  /** Set if the rule was written in the older form, without a filter. */
  readonly Prefix?: string | undefined
  readonly Expiration?: { readonly Days?: number | undefined } | undefined
  readonly AbortIncompleteMultipartUpload?: { readonly DaysAfterInitiation?: number | undefined } | undefined
}

/** Checks the settings of the bucket that Rindle benefits from. */
export async function* diagnose(bucket: S3Bucket, { signal }: DiagnosisContext): AsyncGenerator<Finding> {
  const prefix = `${bucket.config.prefix}${STAGING_PREFIX}`
  yield lifecycleFinding(await lifecycleRules(bucket, signal), prefix)
}

/** The rules of the bucket, or the store's error if it does not return them. */
async function lifecycleRules({ config, connection }: S3Bucket, signal: AbortSignal): Promise<readonly Rule[] | Error> {
  const command = new GetBucketLifecycleConfigurationCommand({ Bucket: config.bucket })
  try {
    const { Rules = [] } = await attempt({ operation: 'diagnose' }, signal, (sendOptions) =>
      connection.client.send(command, sendOptions),
    )
    return Rules
  } catch (error) {
    signal.throwIfAborted()
    if (!(error instanceof Error)) throw error
    return isWithoutRules(error) ? [] : error
  }
}

function isWithoutRules(error: Error): boolean {
  const details = 'details' in error ? (error.details as { readonly storeCode?: unknown }) : {}
  return details.storeCode === 'NoSuchLifecycleConfiguration'
}

/** Judges how the bucket cleans up abandoned uploads. Pure. */
export function lifecycleFinding(rules: readonly Rule[] | Error, stagingPrefix: string): Finding {
  if (rules instanceof Error) {
    return {
      id: ID,
      status: 'warn',
      summary: `the lifecycle rules of the bucket cannot be read: ${rules.message.replace(/\.$/, '')}`,
      fix: 'Grant s3:GetLifecycleConfiguration on the bucket, or make sure that a rule covers abandoned uploads.',
    }
  }
  const covering = rules.filter((rule) => rule.Status === 'Enabled' && covers(rule, stagingPrefix))
  const expires = covering.some(({ Expiration }) => Expiration?.Days !== undefined)
  const aborts = covering.some((rule) => rule.AbortIncompleteMultipartUpload?.DaysAfterInitiation !== undefined)
  if (!expires) {
    return {
      id: ID,
      status: 'warn',
      summary: `no lifecycle rule deletes old objects below ${stagingPrefix}`,
      fix: 'Add a rule that deletes them after a few days and aborts multipart uploads, as a safety net for `rindle cleanup-orphans`.',
    }
  }
  // Stores that abort old uploads by themselves (MinIO) drop that part of a rule.
  const uploads = aborts ? 'and multipart uploads there end' : 'no rule aborts multipart uploads there'
  return { id: ID, status: 'ok', summary: `abandoned objects below ${stagingPrefix} expire, ${uploads}` }
}

/** Whether the rule covers all keys below the prefix. A rule with tags or sizes covers only some. */
function covers({ Filter, Prefix }: Rule, prefix: string): boolean {
  const asksForMore =
    Filter?.Tag !== undefined || Filter?.ObjectSizeGreaterThan !== undefined || Filter?.ObjectSizeLessThan !== undefined
  if (asksForMore || Filter?.And !== undefined) return false
  return prefix.startsWith(Filter?.Prefix ?? Prefix ?? '')
}
