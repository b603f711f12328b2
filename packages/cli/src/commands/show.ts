import { RindleError } from '@rindle/core'
import { type Command, defineCommand } from '../command.ts'
import { assetLines } from '../show/asset-lines.ts'
import { readAsset } from '../show/read-asset.ts'
import { withRindle } from '../with-rindle.ts'

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i

/** `rindle show`: everything that the database knows about one asset. */
export const show: Command = defineCommand({
  usage: 'show <assetId>',
  describe: 'Show everything about an asset',
  examples: [
    ['show 019a3b1c-7d2e-7f00-8000-000000000001', 'Print it in sections'],
    ['show 019a3b1c-7d2e-7f00-8000-000000000001 --format json', 'Print every column'],
  ],
  positionals: { assetId: { type: 'string', demandOption: true, describe: 'The id of an asset' } },
  options: {},
  run: async (args, { io, report }) => {
    const id = args.assetId.toLowerCase()
    if (!UUID.test(id))
      throw new RindleError('not_found', `There is no asset "${args.assetId}": it is not an id of Rindle.`)
    return withRindle(args, io, async (rindle) => {
      const facts = await readAsset(rindle, id)
      if (facts === undefined) throw new RindleError('not_found', `There is no asset ${id} in this database.`)
      for (const line of assetLines(id, facts, report.style)) report.line(line)
      return { exitCode: 0, document: facts }
    })
  },
})
