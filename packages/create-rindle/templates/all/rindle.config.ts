import { prepareDatabase } from './media/database.ts'
import { rindle } from './media/rindle.ts'

// The `rindle` command loads this file: try `npx rindle doctor`.
await prepareDatabase()

export default rindle
