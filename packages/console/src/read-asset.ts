import type { AssetWithVariants, Rindle, TrashedAttachment } from '@rindle/core'
import type { MediaAttachment, MediaEvent, MediaProcessingRun, MediaUploadSession } from '@rindle/prisma'

const MOST_RUNS = 100
const MOST_OTHERS = 100

/** The columns of an upload that are shown: by name, so that a column with a secret never is. */
const SHOWN_OF_UPLOAD = {
  id: true,
  state: true,
  uploadStrategy: true,
  uploadLength: true,
  actorId: true,
  failureReason: true,
  createdAt: true,
  verifiedAt: true,
} as const

type Upload = Pick<MediaUploadSession, keyof typeof SHOWN_OF_UPLOAD>

/** The asset, its runs with the newest first, its attachments, uploads and events, and its former attachments. */
export type AssetRows = readonly [
  AssetWithVariants | null,
  readonly MediaProcessingRun[],
  readonly MediaAttachment[],
  readonly Upload[],
  readonly MediaEvent[],
  readonly TrashedAttachment[],
]

/** Reads everything that the page shows, in bounded numbers. */
export function readAsset(rindle: Rindle, id: string): Promise<AssetRows> {
  const { prisma } = rindle
  const where = { assetId: id }
  return Promise.all([
    rindle.asset(id),
    prisma.mediaProcessingRun.findMany({ where, orderBy: { createdAt: 'desc' }, take: MOST_RUNS }),
    prisma.mediaAttachment.findMany({ where, orderBy: { createdAt: 'asc' }, take: MOST_OTHERS }),
    prisma.mediaUploadSession.findMany({
      where,
      select: SHOWN_OF_UPLOAD,
      orderBy: { createdAt: 'asc' },
      take: MOST_OTHERS,
    }),
    prisma.mediaEvent.findMany({ where, orderBy: { sequence: 'asc' }, take: MOST_OTHERS }),
    rindle.trashedAttachments({ id }),
  ])
}
