import type { Lookup } from './guarded-agent.ts'

/** The way of an instance to the servers of `uploadFrom`. */
export interface FetchNetwork {
  /**
   * Whether `http:` is allowed besides `https:`. Nobody can say then who sent the bytes. @default false
   */
  readonly allowHttp?: boolean
  /**
   * Connects to any address, those of this machine and of private networks too: for development. Whoever may name a URL
   * can then reach whatever this machine reaches. @default false
   */
  readonly allowPrivate?: boolean
  /**
   * The URL of a forward proxy that makes every connection. The proxy resolves names, so only it can refuse private
   * addresses: configure it so. Needs Node 22.21, 24.5 or newer. No proxy is taken from the environment: to use that one, pass `process.env.HTTPS_PROXY`.
   * @default none
   */
  readonly proxy?: string | undefined
  /** Resolves names, in the form of `dns.lookup` with `all: true`. @default the system's resolver */
  readonly lookup?: Lookup
}
