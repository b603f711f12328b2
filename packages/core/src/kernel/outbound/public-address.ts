import { isIP } from 'node:net'
import ipaddr from 'ipaddr.js'

// Beside the registries that ipaddr.js knows. Of IPv6 only the addresses that are handed out (2000::/3) are public: that
// leaves out every way to write an IPv4 address in one.
const HANDED_OUT = ipaddr.IPv6.parseCIDR('2000::/3')
const SPECIAL_IPV4 = [
  // The agent of a cloud's hosts, which answers every machine there.
  '168.63.129.16/32',
  '192.31.196.0/24',
  '192.52.193.0/24',
  '192.175.48.0/24',
].map((range) => ipaddr.IPv4.parseCIDR(range))
const SPECIAL_IPV6 = ['2001::/23', '2620:4f:8000::/48', '3fff::/20'].map((range) => ipaddr.IPv6.parseCIDR(range))

/**
 * Whether an address is one of the public internet: not private, loopback, link-local, shared, reserved, multicast, of a
 * cloud's metadata, nor an IPv4 address inside an IPv6 address. Anything that is no address is not public. Pure.
 */
export function isPublicAddress(address: string): boolean {
  // A zone belongs to a link of this machine.
  if (isIP(address) === 0 || address.includes('%')) return false
  const parsed = ipaddr.parse(address)
  if (parsed.range() !== 'unicast') return false
  if (parsed instanceof ipaddr.IPv4) return !SPECIAL_IPV4.some((range) => parsed.match(range))
  return parsed.match(HANDED_OUT) && !SPECIAL_IPV6.some((range) => parsed.match(range))
}
