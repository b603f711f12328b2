import { sniff } from '../../../src/kernel/sniffing/sniff.ts'

/** What a file that is all there is. */
export function sniffBytes(bytes: Uint8Array): Promise<string | undefined> {
  return sniff(async (start, end) => bytes.subarray(start, end))
}
