import { createHash, createHmac } from 'node:crypto'
import type { S3Credentials } from '@rindle/storage-s3'
import type { S3Server } from '@rindle/test-s3'

/** Credentials that may do nothing but these actions, in this bucket: a session of the server's user. */
export async function limitedCredentials(
  server: S3Server,
  bucket: string,
  actions: readonly string[],
): Promise<S3Credentials> {
  const resources = [`arn:aws:s3:::${bucket}`, `arn:aws:s3:::${bucket}/*`]
  return sessionWith(server, {
    Version: '2012-10-17',
    Statement: [{ Effect: 'Allow', Action: actions, Resource: resources }],
  })
}

/** Credentials that may do nothing but what an IAM policy allows: a session of the server's user. */
export async function sessionWith(server: S3Server, policy: object): Promise<S3Credentials> {
  const body = new URLSearchParams({
    Action: 'AssumeRole',
    Version: '2011-06-15',
    DurationSeconds: '3600',
    Policy: JSON.stringify(policy),
  }).toString()
  const response = await fetch(server.endpoint, { method: 'POST', headers: signedHeaders(server, body), body })
  const xml = await response.text()
  if (!response.ok) throw new Error(`The server gives no session: ${response.status} ${xml}`)
  const element = (name: string): string => new RegExp(`<${name}>([^<]+)</${name}>`).exec(xml)?.[1] ?? ''
  return {
    accessKeyId: element('AccessKeyId'),
    secretAccessKey: element('SecretAccessKey'),
    sessionToken: element('SessionToken'),
  }
}

/** Signature version 4 of a form that is posted to the root of the server. */
function signedHeaders(
  { endpoint, region, accessKeyId, secretAccessKey }: S3Server,
  body: string,
): Readonly<Record<string, string>> {
  const time = new Date().toISOString().replaceAll(/[-:]|\.\d+/g, '')
  const date = time.slice(0, 8)
  const headers = {
    'content-type': 'application/x-www-form-urlencoded',
    host: new URL(endpoint).host,
    'x-amz-date': time,
  }
  const names = Object.keys(headers).join(';')
  const lines = Object.entries(headers).map(([name, value]) => `${name}:${value}\n`)
  const request = ['POST', '/', '', lines.join(''), names, sha256(body)].join('\n')
  const scope = `${date}/${region}/sts/aws4_request`
  const key = [date, region, 'sts', 'aws4_request'].reduce<string | Buffer>(hmac, `AWS4${secretAccessKey}`)
  const signature = hmac(key, `AWS4-HMAC-SHA256\n${time}\n${scope}\n${sha256(request)}`).toString('hex')
  return {
    ...headers,
    authorization: `AWS4-HMAC-SHA256 Credential=${accessKeyId}/${scope}, SignedHeaders=${names}, Signature=${signature}`,
  }
}

function hmac(key: string | Buffer, text: string): Buffer {
  return createHmac('sha256', key).update(text).digest()
}

function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex')
}
