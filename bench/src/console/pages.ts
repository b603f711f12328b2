import type { ConsoleFacts } from './setup.ts'

/** The overview with a status that is not kept yet. */
export const FIRST: string = 'overview-first'

/**
 * The pages, by their paths; a filter finds many or none, because either may be the slow one. The doctor is not among
 * them: it asks storages, programs and webhooks, and takes as long as they do.
 */
export const pagesOf = ({ asset, secondPage }: ConsoleFacts): Readonly<Record<string, string>> => ({
  [FIRST]: '',
  overview: '',
  'overview-of-a-week': '?range=7d',
  assets: '/assets',
  'assets-table': '/assets?view=table',
  'assets-second-page': secondPage,
  'assets-by-state': '/assets?state=ready',
  'assets-in-work': '/assets?state=validating&state=analyzing&state=promoting&state=processing&state=transcoding',
  'assets-by-profile': '/assets?profile=photo',
  'assets-by-name': '/assets?name=a',
  'assets-by-kind': '/assets?kind=image',
  'assets-by-kind-none': '/assets?kind=video',
  'assets-by-date': '/assets?from=2020-01-01&before=2100-01-01',
  'assets-by-owner': '/assets?owner=member:88',
  'assets-by-slot': '/assets?slot=avatar',
  'assets-by-slot-none': '/assets?slot=cover',
  'assets-by-error': '/assets?error=corrupt_media',
  asset,
  uploads: '/uploads',
  'uploads-completed': '/uploads?state=completed',
  'uploads-failed': '/uploads?state=failed',
  work: '/work',
  maintenance: '/maintenance',
  events: '/events',
  'events-dead': '/events?state=dead',
  log: '/log',
})
