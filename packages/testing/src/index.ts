export { type FaultPlan, type FaultPoint, type FaultyMethod, faultyStorage } from './fault-points.ts'
export { type MemoryStorage, type MemoryStorageOptions, memoryStorage } from './memory-storage/memory-storage.ts'
export type {
  SendSigned,
  StorageContractCase,
  StorageContractOptions,
  StorageSubject,
} from './storage-contract/contract-case.ts'
export { type DisposableStorageSubject, storageContract, storageContractCases } from './storage-contract.ts'
