/** Where the operator finds a verb. */
export interface VerbLink {
  readonly path: string
  readonly label: string
}

const LINKS: Readonly<Record<string, VerbLink>> = {
  work: { path: '/work', label: 'See the queues' },
  doctor: { path: '/doctor', label: 'Run the doctor' },
  redeliver: { path: '/events?state=dead', label: 'See the events' },
  resumeDeliveries: { path: '/events', label: 'See the targets' },
  schedule: { path: '/maintenance', label: 'See the schedule' },
  scheduledMaintenance: { path: '/maintenance', label: 'See the schedule' },
  abortIncompleteUploads: { path: '/maintenance/abortIncompleteUploads', label: 'Dry run…' },
  releaseAsset: { path: '/assets?state=quarantined', label: 'See the assets' },
  recoverLostWork: { path: '/maintenance/recoverLostWork', label: 'Dry run…' },
  requeueVariants: { path: '/maintenance/requeueAll', label: 'Dry run…' },
  regenerateVariants: { path: '/maintenance/regenerateVariants', label: 'Dry run…' },
  verifyStorage: { path: '/maintenance/verifyStorage', label: 'Dry run…' },
  moveStorage: { path: '/maintenance/moveStorage', label: 'Dry run…' },
  cleanupOrphans: { path: '/maintenance/cleanupOrphans', label: 'Dry run…' },
  purgeTrashed: { path: '/maintenance/purgeTrashed', label: 'Dry run…' },
  purgeUnattached: { path: '/maintenance/purgeUnattached', label: 'Dry run…' },
}

/** The page that leads on from a recommended verb. Pure. */
export function verbOf(name: string): VerbLink | undefined {
  return LINKS[name]
}
