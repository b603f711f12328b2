import { storageContract } from '@rindle/testing'
import { localSubject } from './local-subject.ts'

storageContract('localStorage', localSubject, { keepsContentType: false })
storageContract('localStorage that waits for the disk', () => localSubject({ fsync: true }), {
  keepsContentType: false,
})
