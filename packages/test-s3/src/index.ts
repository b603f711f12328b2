export { cephMissing } from './ceph.ts'
export { freePort } from './free-port.ts'
export type { S3Server } from './s3-server.ts'
export { type S3ServerOptions, startS3Server } from './start-s3-server.ts'
