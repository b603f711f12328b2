import { apiPages } from './api-pages.ts'
import { benchPart } from './bench-part.ts'
import { capabilityPart } from './capability-part.ts'
import { commandPage } from './command-page.ts'
import { errorPages } from './error-page.ts'
import { eventPage } from './event-page.ts'
import { methodPage } from './method-page.ts'
import { optionPage } from './option-page.ts'
import { packagePages } from './package-pages.ts'
import { queuePart } from './queue-part.ts'
import { readExports } from './read-exports.ts'
import { stateDiagrams } from './state-diagrams.ts'
import { statusPart } from './status-part.ts'
import { tablePage } from './table-page.ts'

/** The part of the site that is generated from the code: Markdown by path. The repository keeps none of it. */
export async function generate({ own, others } = readExports()): Promise<ReadonlyMap<string, string>> {
  return new Map([
    ['reference/events.md', eventPage(own)],
    ['reference/methods.md', methodPage(own)],
    ['reference/options.md', optionPage(own)],
    ['reference/commands.md', commandPage()],
    ['reference/tables.md', tablePage()],
    ['parts/benches.md', benchPart()],
    ['parts/capabilities.md', capabilityPart()],
    ['parts/queues.md', queuePart()],
    ['parts/status-classes.md', statusPart()],
    ...errorPages(own),
    ...apiPages(own, others),
    ...packagePages(),
    ...(await stateDiagrams()),
  ])
}
