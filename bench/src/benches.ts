import { av, avOutputs } from './av/bench.ts'
import type { Bench } from './bench.ts'
import { completion } from './completion/bench.ts'
import { images, imagesS3, smallImages, timeToReady } from './images/bench.ts'
import { backlog } from './jobs/backlog.ts'
import { jobLatency } from './jobs/job-latency.ts'
import { sign } from './sign/bench.ts'
import { tus } from './tus/bench.ts'
import { upload } from './upload/bench.ts'

/** Every bench, in the order in which they run. */
export const BENCHES: readonly Bench[] = [
  images,
  imagesS3,
  smallImages,
  timeToReady,
  jobLatency,
  backlog,
  completion,
  upload,
  tus,
  av,
  avOutputs,
  sign,
]
