export { s3Storage } from './create-s3-storage.ts'
export type { S3Credentials, S3StorageOptions } from './options.ts'
