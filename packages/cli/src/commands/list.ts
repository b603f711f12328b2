import type { Asset, AssetKind, ListAssetsOptions, ListVariantsOptions, Rindle, Variant } from '@rindle/core'
import { ASSET_KINDS, ASSET_STATES, RindleError, VARIANT_STATES } from '@rindle/core'
import { type Command, type CommandContext, defineCommand, type Outcome } from '../command.ts'
import { collect, type PageEnd } from '../list/collect.ts'
import { assetTable, variantTable } from '../list/list-lines.ts'
import { sinceOf } from '../list/since.ts'
import { limitOf } from '../operation/scope-options.ts'
import { ownerOf } from '../owner.ts'
import { suggest } from '../suggest.ts'
import { withRindle } from '../with-rindle.ts'

const LISTED = ['assets', 'variants'] as const
const MOST_ROWS = 1_000

/** `rindle list`: assets or variants, a page at a time. */
export const list: Command = defineCommand({
  usage: 'list [what]',
  describe: 'List assets or variants, the latest change first',
  examples: [
    ['list --state quarantined --since 24h', 'Uploads refused since yesterday'],
    ['list variants --state failed --error corrupt_media', 'Variants that failed for this reason'],
    ['list --owner user:42 --format json', 'Assets of an owner, with `next` for the next page'],
    ['list --kind video --filename lesson --created-before 30d', 'Old videos whose filenames begin with "lesson"'],
  ],
  positionals: { what: { choices: LISTED, default: 'assets', describe: 'What to list' } },
  options: {
    state: { type: 'string', requiresArg: true, describe: 'Only in these states, such as failed,missing' },
    profile: { type: 'string', requiresArg: true, describe: 'Only of this profile' },
    tenant: { type: 'string', requiresArg: true, describe: 'Only of this tenant' },
    owner: { type: 'string', requiresArg: true, describe: 'Only assets of this owner, type:id' },
    kind: { choices: ASSET_KINDS, requiresArg: true, describe: 'Only assets of this kind' },
    slot: { type: 'string', requiresArg: true, describe: 'Only assets in this slot' },
    filename: { type: 'string', requiresArg: true, describe: 'Only assets whose filename begins with this' },
    'created-from': { type: 'string', requiresArg: true, describe: 'Only assets created since: 24h, 7d, or a date' },
    'created-before': { type: 'string', requiresArg: true, describe: 'Only assets created before: 24h, 7d, or a date' },
    variant: { type: 'string', requiresArg: true, describe: 'Only variants of this name' },
    error: { type: 'string', requiresArg: true, describe: 'Only with this reason, such as corrupt_media' },
    since: { type: 'string', requiresArg: true, describe: 'Only changes since: 24h, 7d, or a date' },
    after: { type: 'string', requiresArg: true, describe: 'Show the page after this `next`' },
    limit: { type: 'number', requiresArg: true, default: 50, describe: `Rows per page, at most ${MOST_ROWS}` },
  },
  run: async (args, context) => {
    const { profile, tenant, error, after } = args
    const owner = args.owner === undefined ? undefined : ownerOf(args.owner)
    const since = sinceOf(args.since, new Date())
    const common = {
      ...(profile === undefined ? {} : { profile }),
      ...(tenant === undefined ? {} : { tenant }),
      ...(owner === undefined ? {} : { owner }),
      ...(error === undefined ? {} : { error }),
      ...(since === undefined ? {} : { since }),
      ...(after === undefined ? {} : { after }),
      limit: limitOf(args.limit, MOST_ROWS),
    }
    const filters = assetFilters(args)
    if (args.what === 'variants') {
      const [unfit] = Object.keys(filters)
      if (unfit !== undefined) throw new RindleError('invalid_input', `${FLAGS[unfit]} works only for assets.`)
      const state = statesOf(args.state, VARIANT_STATES)
      const variant = args.variant === undefined ? {} : { variant: args.variant }
      return withRindle(args, context.io, (rindle) =>
        listVariants(rindle, { ...common, ...state, ...variant }, context),
      )
    }
    if (args.variant !== undefined) {
      throw new RindleError(
        'invalid_input',
        '--variant works only for variants. Write `rindle list variants --variant …`.',
      )
    }
    const state = statesOf(args.state, ASSET_STATES)
    return withRindle(args, context.io, (rindle) => listAssets(rindle, { ...common, ...filters, ...state }, context))
  },
})

/** The flags of the filters that assets alone have, by the names of their options. */
const FLAGS: Readonly<Record<string, string>> = {
  kind: '--kind',
  slot: '--slot',
  filename: '--filename',
  createdFrom: '--created-from',
  createdBefore: '--created-before',
}

type AssetFilters = Pick<ListAssetsOptions, 'kind' | 'slot' | 'filename' | 'createdFrom' | 'createdBefore'>

/** The filters that assets alone have; those that are not given are left out. Pure. `invalid_input`. */
function assetFilters(args: {
  readonly kind: AssetKind | undefined
  readonly slot: string | undefined
  readonly filename: string | undefined
  readonly 'created-from': string | undefined
  readonly 'created-before': string | undefined
}): AssetFilters {
  const { kind, slot, filename } = args
  const now = new Date()
  const createdFrom = sinceOf(args['created-from'], now, FLAGS['createdFrom'])
  const createdBefore = sinceOf(args['created-before'], now, FLAGS['createdBefore'])
  return {
    ...(kind === undefined ? {} : { kind }),
    ...(slot === undefined ? {} : { slot }),
    ...(filename === undefined ? {} : { filename }),
    ...(createdFrom === undefined ? {} : { createdFrom }),
    ...(createdBefore === undefined ? {} : { createdBefore }),
  }
}

async function listAssets(
  rindle: Rindle,
  options: ListAssetsOptions & { limit: number },
  context: CommandContext,
): Promise<Outcome> {
  const { rows, ...end } = await collect(context.io.signal, options, async (pageOptions) => {
    const { assets, next } = await rindle.listAssets(pageOptions)
    return { rows: assets, next }
  })
  const lines = assetTable(rows, viewOf(context))
  return finish(lines, end, context, { assets: rows.map(listedAsset) })
}

async function listVariants(
  rindle: Rindle,
  options: ListVariantsOptions & { limit: number },
  context: CommandContext,
): Promise<Outcome> {
  const { rows, ...end } = await collect(context.io.signal, options, async (pageOptions) => {
    const { variants, next } = await rindle.listVariants(pageOptions)
    return { rows: variants, next }
  })
  const lines = variantTable(rows, viewOf(context))
  return finish(lines, end, context, { variants: rows.map(listedVariant) })
}

function viewOf({ io, report }: CommandContext): Parameters<typeof assetTable>[1] {
  return { style: report.style, output: io.stdout, now: new Date() }
}

/** Prints the table, whose first line is its head. */
function finish(
  [head, ...lines]: readonly string[],
  { next, interrupted }: PageEnd,
  { report }: CommandContext,
  document: object,
): Outcome {
  for (const line of lines.length === 0 ? [] : [head, ...lines]) report.line(line)
  if (lines.length === 0 && next === null) report.note('Nothing found.')
  if (interrupted) report.note('Interrupted.')
  if (next !== null) report.note(`There is more. Continue with --after '${next}'`)
  return { exitCode: interrupted ? 130 : 0, document: { ...document, next, interrupted } }
}

/** Parses a comma-separated list of states. Pure. `invalid_input`, with a suggestion. */
function statesOf<S extends string>(text: string | undefined, states: readonly S[]): { readonly state?: readonly S[] } {
  if (text === undefined) return {}
  const state = text.split(',').map((name) => {
    const known = states.find((candidate) => candidate === name.trim())
    if (known !== undefined) return known
    const meant = suggest(name.trim(), states)
    const advice = meant === undefined ? `The states are ${states.join(', ')}.` : `Did you mean "${meant}"?`
    throw new RindleError('invalid_input', `There is no state "${name.trim()}". ${advice}`)
  })
  return { state }
}

/** The part of a row that a list shows; `rindle show` has the rest. */
function listedAsset({
  metadata: _metadata,
  etag: _etag,
  checksumSha256: _checksum,
  uploadedSha256: _uploaded,
  ...asset
}: Asset): object {
  return asset
}

function listedVariant({ metadata: _metadata, recipe: _recipe, jobId: _jobId, ...variant }: Variant): object {
  return variant
}
