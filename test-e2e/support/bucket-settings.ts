import { createHash } from 'node:crypto'
import {
  PutBucketCorsCommand,
  PutBucketLifecycleConfigurationCommand,
  PutBucketPolicyCommand,
  S3Client,
} from '@aws-sdk/client-s3'
import type { S3Server } from '@rindle/test-s3'

/** Lets pages of an origin upload into a bucket. Not on MinIO, which has no such rules. */
export async function allowUploadsFrom(origin: string, bucket: string, server: S3Server): Promise<void> {
  const rule = { AllowedOrigins: [origin], AllowedMethods: ['PUT'], AllowedHeaders: ['*'], ExposeHeaders: ['ETag'] }
  const command = new PutBucketCorsCommand({ Bucket: bucket, CORSConfiguration: { CORSRules: [rule] } })
  await withClient(server, (client) => client.send(command))
}

/** Lets what lies below `staging/` in a bucket expire after a week. */
export async function expireStaging(bucket: string, server: S3Server): Promise<void> {
  const rule = {
    ID: 'staging',
    Status: 'Enabled' as const,
    Filter: { Prefix: 'staging/' },
    Expiration: { Days: 7 },
    AbortIncompleteMultipartUpload: { DaysAfterInitiation: 7 },
  }
  const command = new PutBucketLifecycleConfigurationCommand({
    Bucket: bucket,
    LifecycleConfiguration: { Rules: [rule] },
  })
  await withClient(server, (client) => client.send(command))
}

/** Lends a client of the vendor, with the rights of the server's user. */
export async function withClient(server: S3Server, work: (client: S3Client) => Promise<unknown>): Promise<void> {
  const { region, endpoint, accessKeyId, secretAccessKey } = server
  const client = new S3Client({ region, endpoint, forcePathStyle: true, credentials: { accessKeyId, secretAccessKey } })
  // Stores other than AWS require the MD5 of settings; the SDK sends only a CRC-32.
  client.middlewareStack.add(
    (next) => (args) => {
      const { headers, body = '' } = args.request as { headers: Record<string, string>; body?: string }
      headers['content-md5'] = createHash('md5').update(body).digest('base64')
      return next(args)
    },
    { step: 'build', priority: 'low' },
  )
  try {
    await work(client)
  } finally {
    client.destroy()
  }
}

/** Lets everybody read a bucket who sends this User-Agent, as a Worker in front of it does. */
export async function admitCaller(userAgent: string, bucket: string, server: S3Server): Promise<void> {
  const statement = {
    Effect: 'Allow',
    Principal: { AWS: ['*'] },
    Action: ['s3:GetObject'],
    Resource: [`arn:aws:s3:::${bucket}/*`],
    Condition: { StringEquals: { 'aws:UserAgent': userAgent } },
  }
  const Policy = JSON.stringify({ Version: '2012-10-17', Statement: [statement] })
  await withClient(server, (client) => client.send(new PutBucketPolicyCommand({ Bucket: bucket, Policy })))
}
