import { GetBucketLifecycleConfigurationCommand, type LifecycleRuleFilter } from '@aws-sdk/client-s3'
import { type DiagnosisContext, type Finding, STAGING_PREFIX } from '@rindle/core/adapter'
import { attempt } from './attempt.ts'
import type { S3Bucket } from './s3-bucket.ts'

const ID = 'storage.lifecycle'

/** What counts of a rule of the bucket. */
interface Rule {
  readonly Status: string | undefined
  readonly Filter?: LifecycleRuleFilter | undefined
  /** Where the rule was written in the older form, which has no filter. */
  readonly Prefix?: string | undefined
  readonly Expiration?: { readonly Days?: number | undefined } | undefined
  readonly AbortIncompleteMultipartUpload?: { readonly DaysAfterInitiation?: number | undefined } | undefined
}

/** Checks the settings of the bucket that Rindle gains from. */
export async function* diagnose(bucket: S3Bucket, { signal }: DiagnosisContext): AsyncGenerator<Finding> {
  const prefix = `${bucket.config.prefix}${STAGING_PREFIX}`
  yield lifecycleFinding(await lifecycleRules(bucket, signal), prefix)
}

/** The rules of the bucket; what the store says instead when it does not give them. */
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

/** Judges what the bucket does with uploads that nobody completes. Pure. */
export function lifecycleFinding(rules: readonly Rule[] | Error, stagingPrefix: string): Finding {
  if (rules instanceof Error) {
    return {
      id: ID,
      status: 'warn',
      summary: `the lifecycle rules of the bucket cannot be read: ${rules.message.replace(/\.$/, '')}`,
      fix: 'Grant s3:GetLifecycleConfiguration on the bucket, or see to it that one covers abandoned uploads.',
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
      fix: 'Add one of some days, which also aborts multipart uploads: the net below `rindle cleanup-orphans`.',
    }
  }
  // Stores that abort old uploads by themselves (MinIO) drop that part of a rule.
  const uploads = aborts ? 'and multipart uploads there end' : 'no rule aborts multipart uploads there'
  return { id: ID, status: 'ok', summary: `objects that are left below ${stagingPrefix} expire, ${uploads}` }
}

/** Whether the rule is for all keys below the prefix. One that asks for tags or sizes is for some at most. */
function covers({ Filter, Prefix }: Rule, prefix: string): boolean {
  const asksForMore =
    Filter?.Tag !== undefined || Filter?.ObjectSizeGreaterThan !== undefined || Filter?.ObjectSizeLessThan !== undefined
  if (asksForMore || Filter?.And !== undefined) return false
  return prefix.startsWith(Filter?.Prefix ?? Prefix ?? '')
}
