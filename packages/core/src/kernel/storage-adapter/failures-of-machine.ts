/** What a failure of this machine, or of its network, means for a call to a store. */
export type FailureOfMachine = 'unreachable' | 'disk_full'

/** By the code of the error, for every store that is reached over a network. */
export const FAILURES_OF_MACHINE: Readonly<Record<string, FailureOfMachine>> = {
  ECONNABORTED: 'unreachable',
  ECONNREFUSED: 'unreachable',
  ECONNRESET: 'unreachable',
  EAI_AGAIN: 'unreachable',
  EHOSTDOWN: 'unreachable',
  EHOSTUNREACH: 'unreachable',
  ENETDOWN: 'unreachable',
  ENETUNREACH: 'unreachable',
  ENOTFOUND: 'unreachable',
  EPIPE: 'unreachable',
  EPROTO: 'unreachable',
  ETIMEDOUT: 'unreachable',
  CERT_HAS_EXPIRED: 'unreachable',
  DEPTH_ZERO_SELF_SIGNED_CERT: 'unreachable',
  SELF_SIGNED_CERT_IN_CHAIN: 'unreachable',
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: 'unreachable',
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: 'unreachable',
  ERR_TLS_CERT_ALTNAME_INVALID: 'unreachable',
  ERR_STREAM_PREMATURE_CLOSE: 'unreachable',
  ENOSPC: 'disk_full',
  EDQUOT: 'disk_full',
}
