import { apiPages } from './api-pages.ts'
import { benchPart } from './bench-part.ts'
import { capabilityPart } from './capability-part.ts'
import { changelogPage } from './changelog-page.ts'
import { commandPage } from './command-page.ts'
import { errorList, errorPages } from './error-page.ts'
import { eventPage } from './event-page.ts'
import { httpPages } from './http-page.ts'
import { nounPages } from './noun-pages.ts'
import { packagePages } from './package-pages.ts'
import { placesOf } from './places.ts'
import { queuePart } from './queue-part.ts'
import { readExports } from './read-exports.ts'
import { stateDiagrams } from './state-diagrams.ts'
import { statusPart } from './status-part.ts'
import { tablePage } from './table-page.ts'

/** The part of the site that is generated from the code: texts by path. The repository keeps none of it. */
export async function generate({ own, others } = readExports()): Promise<ReadonlyMap<string, string>> {
  const places = placesOf(own)
  return new Map([
    ['reference/changelog.md', changelogPage()],
    ['reference/commands.md', commandPage()],
    ...httpPages(),
    ['reference/tables.md', tablePage()],
    ['parts/benches.md', benchPart()],
    ['parts/capabilities.md', capabilityPart()],
    ['parts/queues.md', queuePart()],
    ['parts/status-classes.md', statusPart()],
    ...nounPages(own, places, { errors: errorList(own), events: eventPage(own) }),
    ...errorPages(own),
    ...apiPages(own, others, places),
    ...packagePages(),
    ...(await stateDiagrams()),
  ])
}
