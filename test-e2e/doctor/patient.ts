import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import {
  createRindle,
  type DoctorOptions,
  type DoctorReport,
  type Profiles,
  type Rindle,
  type RindleOptions,
  silentLogger,
} from '@rindle/core'
import type { Finding } from '@rindle/core/adapter'
import { pgBossJobs } from '@rindle/jobs-pgboss'
import { imageProcessor } from '@rindle/processor-image'
import { memoryStorage } from '@rindle/testing'
import { onTestFinished } from 'vitest'
import { photoProfiles } from '../support/photo-profiles.ts'

/** The subject of a test: an instance that is not started. */
export interface Patient {
  readonly rindle: Rindle
  examine(options?: DoctorOptions): Promise<DoctorReport>
  /** The finding of one check; `undefined` if it was not made. */
  finding(id: string, options?: DoctorOptions): Promise<Finding | undefined>
}

/** Makes an instance that is stopped with the test. Without storages of its own it has one in memory. */
export async function patientOf(
  options: { readonly database: string } & Partial<RindleOptions<Profiles>>,
): Promise<Patient> {
  const directory = await mkdtemp(join(tmpdir(), 'rindle-doctor-'))
  const rindle: Rindle = createRindle<Profiles>({
    storages: { main: memoryStorage() },
    processors: [imageProcessor()],
    jobs: pgBossJobs(),
    logger: silentLogger,
    workDirectory: join(directory, 'work'),
    profiles: photoProfiles,
    ...options,
  })
  onTestFinished(async () => {
    await rindle.stop()
    await rm(directory, { recursive: true, force: true })
  })
  return {
    rindle,
    examine: (doctorOptions) => rindle.doctor(doctorOptions),
    finding: async (id, doctorOptions) => (await rindle.doctor(doctorOptions)).checks.find((check) => check.id === id),
  }
}
