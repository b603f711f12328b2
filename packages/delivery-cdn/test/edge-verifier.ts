import { constants, type KeyObject, verify } from 'node:crypto'

/** The public keys of a key group, by id. */
export type KeyGroup = Readonly<Record<string, KeyObject>>

const OWN = new Set(['Expires', 'Policy', 'Signature', 'Key-Pair-Id', 'Hash-Algorithm'])

interface Policy {
  readonly Statement: readonly {
    readonly Resource: string
    readonly Condition: { readonly DateLessThan: { readonly 'AWS:EpochTime': number } }
  }[]
}

/**
 * The decision of an edge of CloudFront about a signed URL, written from its developer guide and without the code of any
 * signer: `ok`, or the reason of its refusal.
 */
export function edgeVerdict(url: string, keys: KeyGroup, now: Date): string {
  const [address = '', query = ''] = url.split('?', 2)
  const pairs = query
    .split('&')
    .map((pair) => [pair.slice(0, pair.indexOf('=')), pair.slice(pair.indexOf('=') + 1)] as const)
  const own = new Map(pairs.filter(([name]) => OWN.has(name)))
  if (pairs.filter(([name]) => OWN.has(name)).length !== own.size) return 'doubled parameter'
  const rest = pairs.filter(([name]) => name !== '' && !OWN.has(name)).map((pair) => pair.join('='))
  const resource = rest.length === 0 ? address : `${address}?${rest.join('&')}`
  const key = keys[own.get('Key-Pair-Id') ?? '']
  if (key === undefined) return 'unknown key'
  const policy = own.get('Policy')
  const text = policy === undefined ? cannedPolicy(resource, own.get('Expires') ?? '') : decoded(policy).toString()
  const hash = own.get('Hash-Algorithm') === 'SHA256' ? 'SHA256' : 'SHA1'
  const signature = decoded(own.get('Signature') ?? '')
  if (!verify(hash, Buffer.from(text), { key, padding: constants.RSA_PKCS1_PADDING }, signature)) return 'signature'
  const { Statement } = JSON.parse(text) as Policy
  const [statement] = Statement
  if (statement === undefined || Statement.length !== 1) return 'statements'
  if (!wildcard(statement.Resource).test(resource)) return 'resource'
  return now.getTime() / 1000 < statement.Condition.DateLessThan['AWS:EpochTime'] ? 'ok' : 'expired'
}

/** Rebuilt from the request, byte for byte. */
function cannedPolicy(resource: string, expires: string): string {
  return `{"Statement":[{"Resource":"${resource}","Condition":{"DateLessThan":{"AWS:EpochTime":${expires}}}}]}`
}

function decoded(text: string): Buffer {
  return Buffer.from(text.replaceAll('-', '+').replaceAll('_', '=').replaceAll('~', '/'), 'base64')
}

/** `*` stands for any characters, `?` for one. */
function wildcard(pattern: string): RegExp {
  const literal = pattern.replace(/[.+^${}()|[\]\\]/g, '\\$&')
  return new RegExp(`^${literal.replaceAll('*', '.*').replaceAll('?', '.')}$`, 's')
}
