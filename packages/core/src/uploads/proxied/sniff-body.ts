import type { Readable } from 'node:stream'
import { MAX_HEAD_BYTES, sniff } from '../../kernel/sniffing/sniff.ts'

/** The beginning of a body, and its sniffed type. The rest stays in the body. */
export interface SniffedBody {
  readonly head: Buffer
  readonly sniffedType: string | undefined
}

/** Reads as much of a body as its type needs, at most {@link MAX_HEAD_BYTES} and the chunk that reaches them. */
export async function sniffBody(body: Readable): Promise<SniffedBody> {
  const chunks: AsyncIterator<string | Uint8Array, undefined> = body.iterator({ destroyOnReturn: false })
  let head = Buffer.alloc(0)
  const sniffedType = await sniff(async (start, end) => {
    head = await readUpTo(chunks, head, Math.min(end, MAX_HEAD_BYTES))
    return head.subarray(start, end)
  })
  await chunks.return?.()
  return { head, sniffedType }
}

async function readUpTo(
  chunks: AsyncIterator<string | Uint8Array, undefined>,
  head: Buffer<ArrayBuffer>,
  end: number,
): Promise<Buffer<ArrayBuffer>> {
  const parts: Uint8Array[] = [head]
  for (let byteSize = head.byteLength; byteSize < end; ) {
    const next = await chunks.next()
    if (next.done === true) break
    // A stream in string mode gives text; take its bytes.
    const part = Buffer.from(next.value)
    parts.push(part)
    byteSize += part.byteLength
  }
  return parts.length === 1 ? head : Buffer.concat(parts)
}
