import { sniff } from '../../../src/kernel/sniffing/sniff.ts'

/** The type of a file with exactly these bytes. */
export function sniffBytes(bytes: Uint8Array): Promise<string | undefined> {
  return sniff(async (start, end) => bytes.subarray(start, end))
}
