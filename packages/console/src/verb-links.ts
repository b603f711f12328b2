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
  abortIncompleteUploads: { path: '/uploads', label: 'See the uploads' },
  releaseAsset: { path: '/assets?state=quarantined', label: 'See the assets' },
  recoverLostWork: { path: '/maintenance', label: 'To the verb' },
  requeueVariants: { path: '/assets?state=degraded', label: 'See the assets' },
  regenerateVariants: { path: '/maintenance', label: 'To the verb' },
  verifyStorage: { path: '/maintenance', label: 'To the verb' },
  cleanupOrphans: { path: '/maintenance', label: 'To the verb' },
  purgeUnattached: { path: '/maintenance', label: 'To the verb' },
}

/** The page that leads on from a recommended verb. Pure. */
export function verbOf(name: string): VerbLink | undefined {
  return LINKS[name]
}
