import { describe, expect, it } from 'vitest'
import { chooseVariant, NOT_READY_MODES, STALE_MODES } from '../../src/domain/stale-policy.ts'
import { VARIANT_STATES } from '../../src/domain/states.ts'

describe('the choice for a variant', () => {
  it('is the ready variant, in every mode', () => {
    for (const staleMode of STALE_MODES) {
      for (const onNotReady of NOT_READY_MODES) {
        expect(chooseVariant({ state: 'ready', hasObject: true }, staleMode, onNotReady)).toEqual({ serve: 'variant' })
      }
    }
  })

  it('is the older object of a variant that is stale or being made again, under serve_stale', () => {
    for (const state of ['stale', 'queued', 'processing'] as const) {
      expect(chooseVariant({ state, hasObject: true }, 'serve_stale', 'error')).toEqual({ serve: 'variant' })
    }
  })

  it('is the original of a variant that is stale or being made again, under fallback_original', () => {
    for (const state of ['stale', 'queued', 'processing'] as const) {
      for (const onNotReady of NOT_READY_MODES) {
        expect(chooseVariant({ state, hasObject: true }, 'fallback_original', onNotReady)).toEqual({
          serve: 'original',
        })
      }
    }
  })

  it('follows onNotReady for a variant that does not exist or has no object', () => {
    for (const staleMode of STALE_MODES) {
      for (const onNotReady of NOT_READY_MODES) {
        expect(chooseVariant(undefined, staleMode, onNotReady)).toEqual({ serve: onNotReady })
        for (const state of VARIANT_STATES) {
          expect(chooseVariant({ state, hasObject: false }, staleMode, onNotReady)).toEqual({ serve: onNotReady })
        }
      }
    }
  })

  it('follows onNotReady for a variant that is planned, failed, cancelled, missing or purged', () => {
    for (const state of ['planned', 'failed', 'cancelled', 'missing', 'purged'] as const) {
      for (const staleMode of STALE_MODES) {
        for (const onNotReady of NOT_READY_MODES) {
          expect(chooseVariant({ state, hasObject: true }, staleMode, onNotReady)).toEqual({ serve: onNotReady })
        }
      }
    }
  })
})
