import type { Export } from './read-exports.ts'

/** A page of the reference: what an application, or an adapter, knows about one thing. */
export interface Noun {
  /** Below `reference`. */
  readonly page: string
  readonly title: string
  /** One or two sentences; Markdown. */
  readonly intro: string
  /** More words that readers search it by. */
  readonly keywords: string
  /** Its exports: names, or source files and folders (with a slash). Of several pages, the first takes an export. */
  readonly takes: readonly string[]
  /** Methods of an instance that belong here, though their interface is on another page. */
  readonly methods?: readonly string[]
}

/** The pages for applications, in the order of the menu. Exports of `@rindle/core`. */
export const NOUNS: readonly Noun[] = [
  {
    page: 'uploads',
    title: 'Uploads',
    intro:
      'Ways to bring a file in: through your application, straight to the storage, in pieces, or from a URL. [The guide](../guide/uploads) says which to choose.',
    keywords: 'upload session presigned multipart resumable tus form stream base64 from url',
    takes: [
      'ProxiedUploads',
      'DirectUploads',
      'ResumableUploads',
      'FetchedUploads',
      'UploadSessions',
      'UploadSession',
      'SESSION_STATES',
      'SessionState',
      'SESSION_TRANSITIONS',
      'UPLOAD_STRATEGIES',
      'UploadStrategy',
      'domain/chosen-order',
      'domain/gate',
      'uploads/attach-to',
      'uploads/complete',
      'uploads/direct/',
      'uploads/fetched/',
      'uploads/initiate',
      'uploads/proxied/',
      'uploads/resumable/',
      'uploads/upload-origin',
      'operations/abort-incomplete-uploads',
    ],
  },
  {
    page: 'assets',
    title: 'Assets',
    intro:
      'An asset is one uploaded original, as a row with an explicit state. [Concepts](../guide/concepts) shows the states.',
    keywords: 'asset original row state metadata focus captions subtitles tracks',
    takes: [
      'Assets',
      'Asset',
      'Focus',
      'MediaTrack',
      'ObjectAddress',
      'assets/read',
      'assets/merge-metadata',
      'tracks/',
      'variants/set-focus',
      'ASSET_KINDS',
      'ASSET_STATES',
      'ASSET_TRANSITIONS',
      'AssetKind',
      'AssetState',
      'AssetOf',
      'TRACK_KINDS',
      'TrackKind',
      'DELIVERABLE_STATES',
      'isDeliverable',
      'operations/list/list-assets',
      'operations/list/listing',
      'operations/release-asset',
      'operations/reprobe',
      'operations/backfill-metadata',
      'operations/purge-asset',
      'operations/purge-unattached',
    ],
  },
  {
    page: 'variants',
    title: 'Variants',
    intro: 'A variant is one named output that is made from an asset: a size of a picture, a transcode, a poster.',
    keywords: 'variant thumbnail derivative transcode requeue regenerate retry',
    takes: [
      'Variant',
      'ProcessingRun',
      'VARIANT_STATES',
      'VariantState',
      'VARIANT_TRANSITIONS',
      'OUTPUT_KINDS',
      'OutputKind',
      'RUN_STATES',
      'RunState',
      'Lane',
      'variants/',
      'operations/list/list-variants',
      'operations/requeue-variants',
      'operations/requeue-all',
      'operations/regenerate-variants',
      'operations/evict-variants',
      'operations/prune-runs',
    ],
    methods: ['readyVariantsFor', 'cancelProcessing'],
  },
  {
    page: 'attachments',
    title: 'Attachments',
    intro: 'An attachment connects an asset to a record of your application (the owner), at a named place (the slot).',
    keywords: 'attach detach owner slot avatar gallery order reorder',
    takes: ['Attachments', 'Attachment', 'Owner', 'attachments/attach', 'attachments/detach', 'attachments/read'],
  },
  {
    page: 'trash-and-holds',
    title: 'Trash and holds',
    intro:
      'Deleted assets can wait in a trash, and a hold keeps an asset from being deleted. [The guide](../guide/trash) explains both.',
    keywords: 'trash restore undelete hold legal purge',
    takes: ['TrashAndHolds', 'Hold', 'TrashedAttachment', 'attachments/', 'assets/hold', 'operations/purge-trashed'],
  },
  {
    page: 'delivery',
    title: 'Delivery',
    intro:
      'Signed and public URLs, and the functions that serve files. [The guide](../guide/delivery) shows them in use.',
    keywords: 'url signed cdn serve file image on demand stream range download',
    takes: [
      'delivery/delivery',
      'delivery/urls/',
      'delivery/files/',
      'delivery/images/',
      'delivery/streams/',
      'ports/authorizer',
    ],
  },
  {
    page: 'markup',
    title: 'Pictures and players',
    intro: 'Markup for pages: pictures with sources by format and width, videos and sound, as plain data and as HTML.',
    keywords: 'picture srcset img video audio html responsive placeholder poster tag',
    takes: ['delivery/markup/'],
    methods: ['picture', 'video', 'audio'],
  },
  {
    page: 'profiles',
    title: 'Profiles',
    intro:
      'A profile is the policy for one kind of file: its storage, what is accepted, its variants, its delivery. [The guide](../guide/profiles) shows them in use.',
    keywords: 'profile defineProfile accept maxBytes variants recipe family stream slots types',
    takes: [
      'profile/',
      'domain/accept',
      'domain/original-metadata',
      'domain/stale-policy',
      'domain/recipe',
      'domain/recipe-family',
      'domain/stream-family',
      'domain/type-tables/',
      'ports/scanner',
      'ports/analyzer',
    ],
  },
  {
    page: 'instance',
    title: 'The instance',
    intro: 'One instance holds your configuration; everything else is a method of it.',
    keywords: 'createRindle start stop tenant transaction logger configuration',
    takes: [
      'create-rindle',
      'rindle-from-env',
      'Rindle',
      'Instance',
      'TenantRindle',
      'kernel/outbound/',
      'kernel/sql/',
      'kernel/unit-of-work',
      'domain/option-problems',
      'ports/logger',
    ],
  },
  {
    page: 'workers',
    title: 'Workers',
    intro:
      'Background work: in your own process, in separate processes, or from a cron job. [The guide](../guide/work) explains it.',
    keywords: 'worker queue job concurrency drain cron serverless schedule maintenance',
    takes: [
      'jobs/',
      'domain/queues',
      'kernel/running-workers',
      'operations/recover-lost-work',
      'operations/schedule',
      'operations/scheduled-maintenance',
    ],
    methods: ['work', 'drain', 'liveWorkers'],
  },
  {
    page: 'storages',
    title: 'Storages',
    intro:
      'Methods for whole storages: check, move, mirror, clean. [The guide](../guide/storages) compares the storages.',
    keywords: 'storage bucket disk s3 azure mirror move migrate verify orphan cleanup',
    takes: [
      'mirrors/',
      'operations/move/',
      'operations/init-storage',
      'operations/list-storages',
      'operations/verify-storage',
      'operations/verify-mirrors',
      'operations/scan-orphans',
      'operations/cleanup-orphans',
      'operations/orphan-candidates',
      'operations/sweep-orphaned-temp-files',
      'operations/storage-watch',
    ],
  },
  {
    page: 'own-files',
    title: 'Files of your own',
    intro:
      'Files that your code makes and keeps beside its media, under your own keys. [The guide](../guide/own-files) shows them in use.',
    keywords: 'store head download delete key invoice',
    takes: ['objects/'],
  },
  {
    page: 'adopting',
    title: 'Adopting files',
    intro: 'Assets made from files that are already in a storage. [The guide](../guide/adopt) shows how.',
    keywords: 'adopt import existing bucket migrate',
    takes: ['uploads/adopted/'],
  },
  {
    page: 'owners',
    title: 'Owners and quotas',
    intro:
      'Everything of one owner: export it, erase it, limit it. [Quotas](../guide/quotas) and [tenants](../guide/tenants) have their own guides.',
    keywords: 'gdpr erase export owner quota limit account',
    takes: [
      'operations/erase-owner',
      'operations/erase-owners',
      'operations/export/',
      'operations/quotas',
      'ports/quota',
    ],
  },
  {
    page: 'hooks',
    title: 'Hooks and webhooks',
    intro:
      'Handlers and webhooks that run after the commit, at least once and in order. [The guide](../guide/hooks) shows them in use.',
    keywords: 'hook webhook handler delivery retry signature',
    takes: ['ports/hooks', 'domain/hook-events', 'operations/deliveries/'],
  },
  {
    page: 'status',
    title: 'Status and diagnosis',
    intro:
      'What is stuck, lost or overdue, and checks of the setup. [Operations](../guide/operations) begins with symptoms.',
    keywords: 'status doctor health monitor metrics gauges invariants operator',
    takes: [
      'Diagnostics',
      'operations/runtime-status/',
      'operations/doctor/',
      'operations/check-invariants',
      'operations/operator-log',
      'operations/walk',
      'operations/operations',
      'ports/diagnosis',
      'ports/telemetry',
    ],
  },
  {
    page: 'events',
    title: 'Events',
    // Its own page says it.
    intro: '',
    keywords: '',
    takes: ['events/'],
    methods: ['on', 'subscribe'],
  },
  {
    page: 'errors',
    title: 'Error codes',
    // Its own page says it.
    intro: '',
    keywords: '',
    takes: ['domain/errors', 'domain/reasons'],
  },
]

/** The pages for authors of adapters and of servers. Exports of `@rindle/core` and `@rindle/core/adapter`. */
export const ADAPTER_NOUNS: readonly Noun[] = [
  {
    page: 'adapter/storages',
    title: 'Storage adapters',
    intro:
      'The port of a storage and the parts that adapters share. [Writing an adapter](../../guide/adapters) explains it from the start.',
    keywords: 'StorageAdapter port driver key',
    takes: [
      'ports/storage',
      'ports/storage-place',
      'ports/delivery-signer',
      'kernel/storage-adapter/',
      'kernel/disposable-chunks',
      'domain/keys',
      'domain/file-pieces',
      'delivery/files/idle-timeout',
      'kernel/signed-tokens',
    ],
  },
  {
    page: 'adapter/processors',
    title: 'Processors and recipes',
    intro:
      'The port of a processor, and the definition of recipes. [Writing a processor](../../guide/write-a-processor) explains it from the start.',
    keywords: 'Processor port recipe kind probe',
    takes: [
      'ports/processor',
      'ports/define-processor',
      'domain/recipe-kind',
      'domain/read-recipe',
      'domain/recipe',
      'domain/original-metadata',
    ],
  },
  {
    page: 'adapter/jobs',
    title: 'Job queues',
    intro: 'The port of a job queue. [Writing an adapter](../../guide/adapters) explains it from the start.',
    keywords: 'JobsAdapter port queue',
    takes: ['ports/jobs', 'domain/queues', 'jobs/default-concurrency', 'kernel/registrations'],
  },
  {
    page: 'adapter/servers',
    title: 'Servers of a protocol',
    intro: 'Parts for servers that receive uploads with their own protocol, as `@rindle/http` and `@rindle/tus` do.',
    keywords: 'server protocol route problem json',
    takes: [
      'kernel/problem-response',
      'kernel/routes',
      'kernel/actor-id',
      'kernel/doorbell',
      'kernel/bounded-map',
      'kernel/equals-in-constant-time',
      'uploads/',
      'domain/http-status',
      'domain/content-types',
      'domain/type-lookup',
    ],
  },
  {
    page: 'adapter/other',
    title: 'Other parts for adapters',
    intro: 'Checks of options, texts of errors, diagnosis and telemetry.',
    keywords: 'options problems diagnosis telemetry logger',
    takes: ['domain/', 'operations/walk', 'ports/'],
  },
]

/** The page of an export of `@rindle/core`; one that no page names stands with the instance, or with the other parts. */
export function nounOf({ specifier, source, name }: Export): Noun {
  const isForAdapters = specifier === '@rindle/core/adapter'
  const nouns = isForAdapters ? ADAPTER_NOUNS : [...NOUNS, ...ADAPTER_NOUNS]
  const takesFile = ({ takes }: Noun): boolean =>
    takes.some((taken) => taken === source || (taken.endsWith('/') && source.startsWith(taken)))
  const found = nouns.find(({ takes }) => takes.includes(name)) ?? nouns.find(takesFile)
  return found ?? nounAt(nouns, isForAdapters ? 'adapter/other' : 'instance')
}

function nounAt(nouns: readonly Noun[], page: string): Noun {
  const found = nouns.find((noun) => noun.page === page)
  if (found === undefined) throw new Error(`The reference has no page ${page}.`)
  return found
}
