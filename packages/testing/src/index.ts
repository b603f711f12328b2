export { type FaultPlan, type FaultPoint, type FaultyMethod, faultyStorage } from './fault-points.ts'
export type { JobsContractCase, JobsContractOptions, JobsSubject } from './jobs-contract/contract-case.ts'
export { type DisposableJobsSubject, jobsContract, jobsContractCases } from './jobs-contract.ts'
export { type MemoryJobsOptions, memoryJobs } from './memory-jobs.ts'
export { type MemoryStorage, type MemoryStorageOptions, memoryStorage } from './memory-storage/memory-storage.ts'
export type {
  ProcessorContractCase,
  ProcessorContractOptions,
  ProcessorSubject,
} from './processor-contract/contract-case.ts'
export { type DisposableProcessorSubject, processorContract, processorContractCases } from './processor-contract.ts'
export type {
  SendSigned,
  StorageContractCase,
  StorageContractOptions,
  StorageSubject,
} from './storage-contract/contract-case.ts'
export { type DisposableStorageSubject, storageContract, storageContractCases } from './storage-contract.ts'
export {
  collectOutcomes,
  errorOf,
  outputOf,
  processRequest,
  recipeOptions,
  type VariantRecipes,
} from './variant-outcomes.ts'
export {
  type ReceivedWebhook,
  type WebhookAnswer,
  type WebhookReceiver,
  type WebhookReceiverOptions,
  webhookReceiver,
} from './webhook-receiver.ts'
