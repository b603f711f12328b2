import { type LookupAddress, type LookupOptions, lookup as systemLookup } from 'node:dns'
import { type ClientRequestArgs, Agent as HttpAgent } from 'node:http'
import { Agent as HttpsAgent } from 'node:https'
import { isIP, type LookupFunction, type Socket } from 'node:net'
import type { Duplex } from 'node:stream'
import { isPublicAddress } from './public-address.ts'

/** Options of {@link guardedAgent}. */
export interface GuardOptions {
  /** Connects to any address. @default false */
  readonly allowPrivate?: boolean
  /** Resolves names. @default the system's resolver */
  readonly lookup?: Lookup | undefined
  /** The URL of a proxy that makes the connections; it, and nothing here, refuses names of private addresses. @default none */
  readonly proxy?: string | undefined
}

/** The form of `dns.lookup` that gives all addresses. */
export type Lookup = (
  hostname: string,
  options: LookupOptions & { readonly all: true },
  done: (error: NodeJS.ErrnoException | null, addresses: LookupAddress[]) => void,
) => void

/** An address that must not be connected to. */
export class AddressRefused extends Error {
  override readonly name: string = 'AddressRefused'
  readonly code: string = 'address_refused'
}

type Connected = (error: Error | null, stream: Duplex) => void

/**
 * An agent for `http.request` or `https.request` that connects to public addresses alone, whatever a name, a redirect or
 * the environment says. A name is resolved once; all of its addresses must be public, and the connection goes to one of
 * these. A refusal is the `error` of the request: {@link AddressRefused}. No proxy is used but the given one.
 */
export function guardedAgent(protocol: 'http:' | 'https:', options: GuardOptions = {}): HttpAgent | HttpsAgent {
  const { proxy } = options
  // Without NO_PROXY: a connection past the proxy would be one that nobody checks.
  const through = proxy === undefined ? {} : { proxyEnv: { HTTP_PROXY: proxy, HTTPS_PROXY: proxy } }
  const agent = protocol === 'https:' ? new HttpsAgent(through) : new HttpAgent(through)
  if (options.allowPrivate === true || proxy !== undefined) return agent
  const lookup = guardedLookup(options)
  const connect = agent.createConnection.bind(agent)
  // Two classes of agents share no class of ours: the one method that opens connections is replaced.
  agent.createConnection = (request: ClientRequestArgs, connected?: Connected) => {
    const refusal = refusalOf(request)
    if (refusal !== null) return refuse(refusal, connected)
    return watched(connect({ ...request, lookup }, connected))
  }
  return agent
}

/** A literal address is never looked up, so it is checked here. */
function refusalOf({ host, hostname, socketPath }: ClientRequestArgs): AddressRefused | null {
  if (typeof socketPath === 'string') return new AddressRefused('A socket of this machine is not a public address.')
  const name = (hostname ?? host ?? 'localhost').replace(/^\[|\]$/g, '')
  return isIP(name) === 0 || isPublicAddress(name) ? null : new AddressRefused(`${name} is not a public address.`)
}

function refuse(refusal: AddressRefused, connected: Connected | undefined): null {
  connected?.(refusal, undefined as unknown as Duplex)
  return null
}

/** The last word has the address that the connection really has. */
function watched(stream: Duplex | null | undefined): Duplex | null | undefined {
  const socket = stream as Socket | null | undefined
  socket?.once('connect', () => {
    const { remoteAddress = '' } = socket
    if (!isPublicAddress(remoteAddress)) {
      socket.destroy(new AddressRefused(`${remoteAddress} is not a public address.`))
    }
  })
  return stream
}

function guardedLookup({ lookup = systemLookup }: GuardOptions): LookupFunction {
  return (hostname, options, done) => {
    lookup(hostname, { ...options, all: true }, (error, addresses) => {
      if (error !== null) return done(error, '')
      const bad = addresses.find(({ address }) => !isPublicAddress(address))
      const [first] = addresses
      if (first === undefined || bad !== undefined) {
        return done(
          new AddressRefused(`${hostname} is ${bad?.address ?? 'nowhere'}, which is not a public address.`),
          '',
        )
      }
      return options.all === true ? done(null, addresses) : done(null, first.address, first.family)
    })
  }
}
