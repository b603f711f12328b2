import type { S3Client } from '@aws-sdk/client-s3'
import { SignatureV4 } from '@smithy/signature-v4'

/** The input of a signature with a payload hash. */
export interface PayloadHashOptions {
  readonly region: string
  readonly signingDate: Date
  /** Seconds. */
  readonly expiresIn: number
  /** All signed headers, including the length and the payload hash. */
  readonly headers: Readonly<Record<string, string>>
}

/**
 * Signs a PUT to the place that `url` names, without its query, with the SHA-256 of the body as the payload hash of the
 * signature. The presigner of the SDK always signs an unsigned payload.
 */
export async function signPayloadHash(
  client: S3Client,
  url: string,
  { region, signingDate, expiresIn, headers }: PayloadHashOptions,
): Promise<string> {
  const { protocol, host, hostname, port, pathname } = new URL(url)
  const { credentials, sha256 } = client.config
  const signer = new SignatureV4({
    credentials,
    region,
    service: 's3',
    sha256,
    uriEscapePath: false,
    applyChecksum: false,
  })
  const { query = {} } = await signer.presign(
    {
      method: 'PUT',
      protocol,
      hostname,
      ...(port === '' ? {} : { port: Number(port) }),
      path: pathname,
      query: {},
      headers: { ...headers, host },
    },
    {
      signingDate,
      expiresIn,
      signableHeaders: new Set(Object.keys(headers)),
      unhoistableHeaders: new Set(Object.keys(headers)),
    },
  )
  const signed = Object.entries(query).map(([name, value]) => `${name}=${encodeURIComponent(String(value))}`)
  return `${protocol}//${host}${pathname}?${signed.join('&')}`
}
