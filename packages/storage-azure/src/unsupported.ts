import { RindleError, type StorageAdapter, type StorageCapability } from '@rindle/core'
import type { MultipartStorage } from '@rindle/core/adapter'

const UPLOAD = 'Let clients upload through the application, by tus or in one request.'

/** The error of a method whose capability Azure storage does not have. */
export function unsupported(capability: StorageCapability, flow: 'upload' | 'delivery', advice: string): RindleError {
  return new RindleError('capability_unsupported', `Azure storage has no "${capability}". ${advice}`, {
    details: { capability, adapter: 'azure', flow },
  })
}

/**
 * The methods that a shared access signature cannot keep the promises of: it binds neither length nor type nor hash, and
 * a URL for one block overwrites the whole blob until it expires.
 */
export const unsupportedMethods: Pick<StorageAdapter, 'signPut' | 'multipart' | 'localPath' | 'openToken'> = {
  signPut: async () => refuse('presigned_put'),
  multipart: unsupportedMultipart(),
  localPath() {
    throw unsupported('local', 'delivery', 'Download the object.')
  },
  openToken() {
    throw unsupported('local', 'delivery', 'The service opens its signed requests itself.')
  },
}

function unsupportedMultipart(): MultipartStorage {
  const refuseParts = async (): Promise<never> => refuse('multipart_upload')
  return {
    create: refuseParts,
    signPart: refuseParts,
    listParts: refuseParts,
    complete: refuseParts,
    abort: refuseParts,
    listUploads: () => ({ [Symbol.asyncIterator]: () => ({ next: refuseParts }) }),
  }
}

function refuse(capability: 'presigned_put' | 'multipart_upload'): never {
  throw unsupported(capability, 'upload', UPLOAD)
}
