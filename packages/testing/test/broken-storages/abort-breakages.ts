import type { Breakage, Change } from './breakage.ts'
import { puttingWithout } from './breakage.ts'

const deafGet: Change = (good) => ({ get: (key) => good.get(key) })
const deafList: Change = (good) => ({ list: (prefix) => good.list(prefix) })

const DEAF: Readonly<Record<string, Change>> = {
  put: puttingWithout('signal'),
  get: deafGet,
  download: (good) => ({ download: async (key) => await good.get(key) }),
  head: (good) => ({ head: (key) => good.head(key) }),
  delete: (good) => ({ delete: (key) => good.delete(key) }),
  deleteMany: (good) => ({ deleteMany: (keys) => good.deleteMany(keys) }),
  copy: (good) => ({ copy: (from, to) => good.copy(from, to) }),
  list: deafList,
  signGet: (good) => ({ signGet: (key, { expiresAt }) => good.signGet(key, { expiresAt }) }),
  signPut: (good) => ({
    signPut: (key, { expiresAt, contentType }) => good.signPut(key, { expiresAt, contentType }),
  }),
}

export const abortBreakages: readonly Breakage[] = [
  ...Object.entries(DEAF).map(([method, breaks]) => ({
    caseName: `rejects ${method} with the reason of a signal that is aborted already, and does nothing`,
    how: 'does not look at the signal',
    breaks,
  })),
  {
    caseName: 'keeps nothing of a put that is aborted midway, and destroys its body',
    how: 'does not look at the signal',
    breaks: puttingWithout('signal'),
  },
  {
    caseName: 'destroys a body that is being read when its signal is aborted',
    how: 'does not look at the signal',
    breaks: deafGet,
  },
  {
    caseName: 'ends a list that is aborted midway with the reason',
    how: 'does not look at the signal',
    breaks: deafList,
  },
]
