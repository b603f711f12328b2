import { rindle } from './rindle.ts'

/** Throws unless the member uploaded each of these assets: their ids come from a form, and a form can say anything. */
export async function assertOwnUploads(assetIds: readonly string[], memberId: string): Promise<void> {
  const uploaders = await Promise.all(assetIds.map((id) => rindle.uploaderOf(id)))
  if (uploaders.some((uploader) => uploader !== memberId)) throw new Error('A file of somebody else was named.')
}
