import type { ProcessorBreakage } from './breakage.ts'

export const capabilityBreakages: readonly ProcessorBreakage[] = [
  {
    caseName: 'has a name of low cardinality, and names what it makes and reads',
    how: 'does not say what it makes',
    breaks: () => ({ capabilities: new Set(['test/png']) }),
  },
  {
    caseName: 'has a name of low cardinality, and names what it makes and reads',
    how: 'does not say what it reads',
    breaks: () => ({ probes: new Set() }),
  },
  {
    caseName: 'has a name of low cardinality, and names what it makes and reads',
    how: 'spells a content type in its own way',
    breaks: () => ({ probes: new Set(['image/gif', 'image/jpg']) }),
  },
  {
    caseName: 'reads its own recipes back from JSON, with the same digest',
    how: 'does not know a kind that it makes',
    breaks: () => ({ recipes: [] }),
  },
  {
    caseName: 'may be started and stopped any number of times, and works again',
    how: 'can be started once',
    breaks: (good) => ({ start: onlyOnce(() => good.start({ acceptedTypes: new Set() })) }),
  },
  {
    caseName: 'may be started and stopped any number of times, and works again',
    how: 'does not work after a stop',
    breaks: (good) => {
      let isStopped = false
      return {
        stop: async () => void (isStopped = true),
        process: async (request) => {
          if (isStopped) throw new Error('Stopped.')
          await good.process(request)
        },
      }
    },
  },
  {
    caseName: 'checks itself, before and after its start, and says how to fix each problem',
    how: 'has nothing to say for itself',
    breaks: () => ({
      async *diagnose() {
        yield { id: 'tiny.version', status: 'error', summary: 'tiny is too old' }
      },
    }),
  },
]

function onlyOnce(work: () => Promise<void>): () => Promise<void> {
  let calls = 0
  return async () => {
    calls += 1
    if (calls > 1) throw new Error('Called twice.')
    await work()
  }
}
