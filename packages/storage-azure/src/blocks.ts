import { createHash, randomBytes } from 'node:crypto'
import type { BlockBlobClient } from '@azure/storage-blob'

/** The most blocks that a blob may have. */
export const MAX_BLOCKS = 50_000

/** Names the blocks of one write; all names of a blob have the same length, as the service demands. */
export interface BlockNames {
  /** A part of every name, so that blocks of another write are never taken for these. */
  readonly token: string
  /** The name of a block; numbers begin with 1. */
  nameOf(blockNumber: number): string
}

/** Names that no other write has. */
export function newBlockNames(): BlockNames {
  return blockNames(randomBytes(8).toString('hex'))
}

/** The names that belong to a token. */
export function blockNames(token: string): BlockNames {
  return {
    token,
    nameOf: (blockNumber) => Buffer.from(`${token}${String(blockNumber).padStart(6, '0')}`).toString('base64'),
  }
}

/** Sends one block from memory. Its MD5 guards it on the way. */
export async function stageBlock(
  blob: BlockBlobClient,
  name: string,
  bytes: Buffer,
  abortSignal: AbortSignal,
): Promise<void> {
  await blob.stageBlock(name, bytes, bytes.byteLength, { abortSignal, transactionalContentMD5: md5Of(bytes) })
}

/** The MD5 of bytes, which the service compares. */
export function md5Of(bytes: Buffer): Uint8Array {
  return createHash('md5').update(bytes).digest()
}
