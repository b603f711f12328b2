import type { AssetWithVariants, JsonObject, Rindle } from '@rindle/core'
import type { UploadResult } from '../upload/upload-file.ts'

/** The result of fetching a URL. */
export interface UrlAnswer {
  readonly url: string
  /** The HTTP status; `null` without an answer. */
  readonly status: number | null
  /** Received bytes. */
  readonly byteSize: number
  /** Whether the answer was 200 with every byte of the object. */
  readonly isWhole: boolean
}

/** One file of the demo and its results. */
export interface DemoFile {
  readonly file: string
  readonly result: UploadResult
  readonly asset: AssetWithVariants | null
  /** Why it is not ready, in sentences; empty if it is. */
  readonly reasons: readonly string[]
  /** How long each variant took, from claim to commit, in milliseconds. */
  readonly tookMs: ReadonlyMap<string, number>
  /** By `original` and variant name. */
  readonly answers: ReadonlyMap<string, UrlAnswer>
}

/** `rejected`, `error`, or the state of the asset. */
export function endOf({ result, asset }: DemoFile): string {
  if (result.outcome !== 'uploaded') return result.outcome
  return asset?.state ?? 'deleted'
}

/** How long the successful run of each variant took. */
export async function timesOf({ prisma }: Rindle, assetId: string): Promise<ReadonlyMap<string, number>> {
  const runs = await prisma.mediaProcessingRun.findMany({
    where: { assetId, variantName: { not: null }, state: 'succeeded' },
    orderBy: { createdAt: 'asc' },
  })
  return new Map(
    runs.flatMap(({ variantName, startedAt, finishedAt }) =>
      variantName === null || startedAt === null || finishedAt === null
        ? []
        : [[variantName, finishedAt.getTime() - startedAt.getTime()] as const],
    ),
  )
}

/** The same for `--format json`. */
export function demoFileDocument(demoFile: DemoFile): JsonObject {
  const { file, asset, tookMs, answers } = demoFile
  const answerOf = (name: string): JsonObject => {
    const answer = answers.get(name)
    return answer === undefined ? { url: null } : { url: answer.url, httpStatus: answer.status, whole: answer.isWhole }
  }
  return {
    file,
    state: endOf(demoFile),
    reasons: demoFile.reasons,
    assetId: asset?.id ?? null,
    original: asset === null ? null : { ...sizesOf(asset), ...answerOf('original') },
    variants: (asset?.variants ?? []).map((variant) => ({
      name: variant.name,
      state: variant.state,
      reason: variant.errorReason,
      ...sizesOf(variant),
      tookMs: tookMs.get(variant.name) ?? null,
      ...answerOf(variant.name),
    })),
  }
}

function sizesOf(media: {
  readonly byteSize: number | null
  readonly width: number | null
  readonly height: number | null
}): JsonObject {
  return { byteSize: media.byteSize, width: media.width, height: media.height }
}
