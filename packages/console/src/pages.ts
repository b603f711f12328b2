import type { Handle } from './call.ts'
import { liveUpdates } from './live-updates.ts'
import { asset } from './pages/asset.ts'
import { assets } from './pages/assets.ts'
import { doctor } from './pages/doctor.ts'
import { events } from './pages/events.ts'
import { log } from './pages/log.ts'
import { maintenance } from './pages/maintenance.ts'
import { overview } from './pages/overview.ts'
import { quotas } from './pages/quotas.ts'
import { storages } from './pages/storages.ts'
import { uploads } from './pages/uploads.ts'
import { work } from './pages/work.ts'
import { preview } from './preview.ts'

/** Every page: one file of `pages/` each. */
export const PAGES: Readonly<Record<string, Handle>> = {
  'GET /': overview,
  'GET /assets': assets,
  'GET /assets/:id': asset,
  'GET /uploads': uploads,
  'GET /quotas': quotas,
  'GET /work': work,
  'GET /maintenance': maintenance,
  'GET /storages': storages,
  'GET /events': events,
  'GET /doctor': doctor,
  'GET /log': log,
  'GET /live': liveUpdates,
  'GET /preview/:id': preview,
  'GET /preview/:id/:variant': preview,
}
