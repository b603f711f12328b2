import type { Rindle } from '@rindle/core'
import type {
  MediaAsset,
  MediaAttachment,
  MediaHold,
  MediaProcessingRun,
  MediaTrack,
  MediaTrashedAttachment,
  MediaUploadSession,
  MediaVariant,
} from '@rindle/prisma'
import { type LiveJob, liveJobs } from './live-jobs.ts'

/**
 * A row of `media_upload_sessions` without its secrets: anyone who knows its URI or its store's upload id may write.
 */
export type ShownSession = Pick<
  MediaUploadSession,
  | 'id'
  | 'state'
  | 'uploadStrategy'
  | 'resumableProtocol'
  | 'uploadKey'
  | 'uploadLength'
  | 'lastKnownOffset'
  | 'expiresAt'
  | 'verifiedAt'
  | 'failureReason'
  | 'createdAt'
  | 'updatedAt'
>

/** The columns by name, so that a column that is added later is not shown unless somebody decides it. */
const SHOWN_OF_SESSION = {
  id: true,
  state: true,
  uploadStrategy: true,
  resumableProtocol: true,
  uploadKey: true,
  uploadLength: true,
  lastKnownOffset: true,
  expiresAt: true,
  verifiedAt: true,
  failureReason: true,
  createdAt: true,
  updatedAt: true,
} as const satisfies Record<keyof ShownSession, true>

/** Everything that the database knows about an asset. */
export interface AssetFacts {
  /** `null` if it was purged; its runs are kept. */
  readonly asset: MediaAsset | null
  readonly variants: readonly MediaVariant[]
  /** The oldest first. */
  readonly tracks: readonly MediaTrack[]
  readonly sessions: readonly ShownSession[]
  readonly attachments: readonly MediaAttachment[]
  /** Those that restoring it brings back. */
  readonly trashedAttachments: readonly MediaTrashedAttachment[]
  /** Also one that has ended by itself. */
  readonly hold: MediaHold | null
  /** The newest, oldest first. */
  readonly runs: readonly MediaProcessingRun[]
  /** Unfinished jobs; `null` if the database has no queue. */
  readonly jobs: readonly LiveJob[] | null
}

const MAX_RUNS = 100
const BY_OWNER = [{ ownerType: 'asc' as const }, { ownerId: 'asc' as const }, { slot: 'asc' as const }]

/** Reads an asset and its related rows; `undefined` if there never was such an asset, or nothing is left of it. */
export async function readAsset(rindle: Rindle, id: string): Promise<AssetFacts | undefined> {
  const { prisma } = rindle
  const [found, newestRuns, jobs] = await Promise.all([
    prisma.mediaAsset.findUnique({
      where: { id },
      include: {
        variants: { orderBy: { name: 'asc' } },
        tracks: { orderBy: { id: 'asc' } },
        uploadSessions: { select: SHOWN_OF_SESSION, orderBy: { createdAt: 'asc' } },
        attachments: { orderBy: BY_OWNER },
        trashedAttachments: { orderBy: BY_OWNER },
        hold: true,
      },
    }),
    prisma.mediaProcessingRun.findMany({ where: { assetId: id }, orderBy: { createdAt: 'desc' }, take: MAX_RUNS }),
    liveJobs(rindle, id),
  ])
  const runs = newestRuns.toReversed()
  if (found === null && runs.length === 0) return undefined
  const {
    variants = [],
    tracks = [],
    uploadSessions: sessions = [],
    attachments = [],
    trashedAttachments = [],
    hold = null,
    ...asset
  } = found ?? {}
  const row = found === null ? null : (asset as MediaAsset)
  return { asset: row, variants, tracks, sessions, attachments, trashedAttachments, hold, runs, jobs }
}
