import { api } from './api/bench.ts'
import { av, avOutputs } from './av/bench.ts'
import { stream } from './av/stream.ts'
import { avif } from './avif/bench.ts'
import type { Bench } from './bench.ts'
import { completion } from './completion/bench.ts'
import { consolePages } from './console/bench.ts'
import { heic } from './heic/bench.ts'
import { imageMember } from './image-member/bench.ts'
import { images, imagesS3, smallImages, timeToReady } from './images/bench.ts'
import { imageEffects } from './images/effects.ts'
import { backlog } from './jobs/backlog.ts'
import { deepBacklog } from './jobs/deep-backlog.ts'
import { jobLatency } from './jobs/job-latency.ts'
import { workerMemory } from './memory/bench.ts'
import { moveStorage } from './move-storage/bench.ts'
import { operations } from './operations/bench.ts'
import { playlists } from './playlists/bench.ts'
import { scale } from './scale/bench.ts'
import { serve } from './serve/bench.ts'
import { serveSmall } from './serve-small/bench.ts'
import { sign } from './sign/bench.ts'
import { soak } from './soak/bench.ts'
import { tenMillion } from './ten-million/bench.ts'
import { tus } from './tus/bench.ts'
import { tusSmall } from './tus-small/bench.ts'
import { upload } from './upload/bench.ts'

/** Every bench, in the order in which they run. */
export const BENCHES: readonly Bench[] = [
  images,
  imagesS3,
  smallImages,
  timeToReady,
  heic,
  imageEffects,
  avif,
  workerMemory,
  jobLatency,
  backlog,
  deepBacklog,
  completion,
  upload,
  tus,
  tusSmall,
  av,
  avOutputs,
  stream,
  sign,
  serve,
  serveSmall,
  api,
  imageMember,
  playlists,
  scale,
  operations,
  moveStorage,
  consolePages,
  tenMillion,
  soak,
]
