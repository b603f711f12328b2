import type { SignedRequest } from '@rindle/core'

/** One part to send, as the test tells this program. */
export interface PartOrder {
  readonly partNumber: number
  readonly byteSize: number
  readonly request: SignedRequest
}

// The client of a large upload, in a process of its own: its memory is not the application's.
process.on('message', (order: PartOrder) => void send(order))

async function send({ partNumber, byteSize, request }: PartOrder): Promise<void> {
  const body = Buffer.alloc(byteSize, partNumber % 256)
  if (partNumber === 1) body.write('%PDF-1.7\n')
  const { method, url, headers } = request
  const { status } = await fetch(url, { method, headers, body })
  process.send?.({ partNumber, status })
}
