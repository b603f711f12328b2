import { isAccepted } from '../../domain/is-accepted.ts'
import { type Runtime, storageOf } from '../../kernel/runtime.ts'
import type { Finding } from '../../ports/diagnosis.ts'
import type { Processor } from '../../ports/processor.ts'
import type { Profile } from '../../profile/profile.ts'
import { type DatabaseFacts, databaseFindings } from './database-findings.ts'
import type { Diagnosis } from './diagnosis.ts'
import { hookFindings } from './hook-findings.ts'
import { imageFindings } from './image-findings.ts'
import { maintenanceFindings } from './maintenance-findings.ts'
import { migrationFindings } from './migration-findings.ts'
import { nodeFindings } from './node-findings.ts'
import { profileFindings } from './profile-findings.ts'
import { storageFindings } from './storage-findings.ts'
import { streamFindings } from './stream-findings.ts'
import { workDirectoryFindings } from './work-directory-findings.ts'
import { workerFindings } from './worker-findings.ts'

/** The scope of the checks. */
interface Scope {
  readonly profiles: Readonly<Record<string, Profile>>
  /** Names of storages. */
  readonly storages: readonly string[]
  readonly origin: string | undefined
}

/** Every diagnosis of an instance, in order: each comes after those that it depends on. */
export function diagnosesOf(runtime: Runtime, scope: Scope): readonly Diagnosis[] {
  const facts: DatabaseFacts = { isReachable: false, hasTables: false, remembersStorages: false, hasEvents: false }
  return [
    local('node', 'node', () => nodeFindings(process.versions.node, process.env)),
    ...Object.entries(scope.profiles).map(([name, profile]) =>
      local('profile', name, () => profileFindings(profile, storageOf(runtime, profile.storage), runtime.processors)),
    ),
    ...processorDiagnoses(runtime.processors, Object.values(scope.profiles)),
    {
      ...local('work_directory', 'disk', () => workDirectoryFindings(runtime.workDirectory, scope.profiles)),
      cleansUp: true,
    },
    ...databaseDiagnoses(runtime, scope, facts),
    ...storageDiagnoses(runtime, scope, facts),
    ...imageDiagnoses(runtime),
    ...streamDiagnoses(runtime),
  ]
}

function local(id: string, component: string, run: () => AsyncIterable<Finding> | Iterable<Finding>): Diagnosis {
  return { id, component, needsNetwork: false, run }
}

/** Diagnoses of the processors that some profile needs, for its variants or to read the types that it accepts. */
function processorDiagnoses(processors: readonly Processor[], profiles: readonly Profile[]): readonly Diagnosis[] {
  const wanted = new Set(
    profiles.flatMap(({ variants }) => Object.values(variants).map(({ facts }) => facts.capability)),
  )
  const types = profiles.flatMap(({ accept }) => accept.types)
  return processors.flatMap((processor): readonly Diagnosis[] => {
    const capabilities = new Set([...processor.capabilities].filter((capability) => wanted.has(capability)))
    const acceptedTypes = new Set([...processor.probes].filter((type) => isAccepted(type, types)))
    if (capabilities.size === 0 && acceptedTypes.size === 0) return []
    const { name } = processor
    return [
      {
        id: name,
        component: name,
        needsNetwork: false,
        run: ({ signal }) => processor.diagnose({ capabilities, acceptedTypes, signal }),
      },
    ]
  })
}

function databaseDiagnoses(runtime: Runtime, { profiles }: Scope, facts: DatabaseFacts): readonly Diagnosis[] {
  const { database, jobs } = runtime
  const isReachable = (): boolean => facts.isReachable
  const rest = { needsNetwork: true, applies: isReachable }
  return [
    { id: 'database', component: 'database', needsNetwork: true, run: () => databaseFindings(runtime, facts) },
    { ...rest, id: 'migrations', component: 'database', run: () => migrationFindings(database) },
    { ...rest, id: 'jobs', component: jobs.name, run: (context) => jobs.diagnose(context) },
    {
      ...rest,
      id: 'workers',
      component: 'workers',
      applies: () => facts.hasEvents,
      run: () => workerFindings(runtime, profiles),
    },
    {
      ...rest,
      id: 'hooks',
      component: 'hooks',
      applies: () => facts.hasEvents,
      run: () => hookFindings(runtime),
    },
    { ...rest, id: 'maintenance', component: 'maintenance', run: () => maintenanceFindings(runtime) },
  ]
}

function storageDiagnoses(
  runtime: Runtime,
  { profiles, storages, origin }: Scope,
  facts: DatabaseFacts,
): readonly Diagnosis[] {
  return storages.map((name) => ({
    id: 'storage',
    component: name,
    needsNetwork: true,
    cleansUp: true,
    run: ({ signal }) => {
      const isPlayed = Object.values(profiles).some((profile) => profile.storage === name && isPlayedByScript(profile))
      return storageFindings(runtime, { name, origin, isPlayed, isRemembered: facts.remembersStorages, signal })
    },
  }))
}

/** A public URL may lead to another host, whose rules are not the bucket's. */
function isPlayedByScript({ streams, extractSubtitles, delivery }: Profile): boolean {
  return !delivery.public && (extractSubtitles || Object.keys(streams).length > 0)
}

function imageDiagnoses({ images }: Runtime): readonly Diagnosis[] {
  if (images === null) return []
  return [
    {
      id: 'images',
      component: 'images',
      needsNetwork: true,
      run: ({ signal }) => imageFindings(images, signal),
    },
  ]
}

function streamDiagnoses({ streams }: Runtime): readonly Diagnosis[] {
  if (streams === null) return []
  return [
    {
      id: 'streams',
      component: 'streams',
      needsNetwork: true,
      run: ({ signal }) => streamFindings(streams, signal),
    },
  ]
}
