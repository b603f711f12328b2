import { RindleError, type StorageCapability } from '@rindle/core'
import type { MultipartStorage } from '@rindle/core/adapter'

/** The error of a method whose capability this storage does not have. */
export function unsupported(capability: StorageCapability, flow: 'upload' | 'delivery', advice: string): RindleError {
  return new RindleError('capability_unsupported', `Local storage has no "${capability}". ${advice}`, {
    details: { capability, adapter: 'local', flow },
  })
}

const refuse = (): never => {
  throw unsupported('multipart_upload', 'upload', 'Upload in one request, or by tus.')
}

/** Multipart uploads are not offered: one process writes to one disk, where parts gain nothing. */
export const unsupportedMultipart: MultipartStorage = {
  create: async () => refuse(),
  signPart: async () => refuse(),
  listParts: async () => refuse(),
  complete: async () => refuse(),
  abort: async () => refuse(),
  listUploads: () => refuse(),
}
