import type { Focus } from '@rindle/client'
import { describe, expect, it, vi } from 'vitest'
import { createFocusSaves, type FocusListener, type FocusSaves } from '../src/focus-saves.ts'

interface Call {
  readonly what: Focus | null | string
  readonly signal: AbortSignal | undefined
  readonly resolve: (asset: string) => void
  readonly reject: (error: unknown) => void
}

/** A server that answers when the test says so. */
function server(): { saves: FocusSaves<string>; saved: Call[]; settling: Call[] } {
  const answering = (calls: Call[]) => (what: Focus | null | string, signal?: AbortSignal) => {
    const { promise, resolve, reject } = Promise.withResolvers<string>()
    calls.push({ what, signal, resolve, reject })
    return promise
  }
  const saved: Call[] = []
  const settling: Call[] = []
  return { saved, settling, saves: createFocusSaves<string>({ save: answering(saved), settle: answering(settling) }) }
}

const listener = () => ({ onSaved: vi.fn<(asset: string) => void>(), onDone: vi.fn<(asset: string) => void>() })
const count = (calls: readonly Call[], length: number) => vi.waitFor(() => expect(calls).toHaveLength(length))
const a = { x: 0.1, y: 0.1 }
const b = { x: 0.2, y: 0.2 }
const c = { x: 0.3, y: 0.3 }
const silent: FocusListener<string> = {}

describe('a focal point', () => {
  it('is shown while it is saved, and its listener hears when it is saved and when the crops follow', async () => {
    const { saves, saved, settling } = server()
    const heard = vi.fn<() => void>()
    const { onSaved, onDone } = listener()
    saves.subscribe(heard)
    expect(saves.choice()).toBeUndefined()
    const done = saves.choose(a, null, { onSaved, onDone })
    expect(saves.choice()).toEqual({ focus: a, from: null, isSaving: true, error: undefined })
    expect(saves.choice()).toBe(saves.choice())
    await count(saved, 1)
    saved[0]?.resolve('saved')
    await count(settling, 1)
    expect(saves.choice()).toMatchObject({ focus: a, isSaving: false })
    expect(onSaved).toHaveBeenCalledExactlyOnceWith('saved')
    expect(onDone).not.toHaveBeenCalled()
    settling[0]?.resolve('settled')
    await done
    expect(onDone).toHaveBeenCalledExactlyOnceWith('settled')
    expect(heard).toHaveBeenCalledTimes(2)
  })

  it('is saved after the one on its way; of those that wait only the last goes', async () => {
    const { saves, saved, settling } = server()
    const listeners = [listener(), listener(), listener()] as const
    const all = [a, b, c].map((focus, index) => saves.choose(focus, null, listeners[index] ?? silent))
    await count(saved, 1)
    // The last of three that came at once.
    expect(saved[0]?.what).toEqual(c)
    void saves.choose(a, null, silent)
    const last = saves.choose(null, null, listeners[0])
    expect(saved).toHaveLength(1)
    saved[0]?.resolve('c')
    await count(saved, 2)
    expect(saved[1]?.what).toBeNull()
    saved[1]?.resolve('none')
    await count(settling, 1)
    settling[0]?.resolve('none')
    await Promise.all([...all, last])
    expect(listeners.map(({ onSaved }) => onSaved.mock.calls)).toEqual([[['none']], [], []])
    expect(saves.choice()).toMatchObject({ focus: null, isSaving: false })
  })

  it('that is not saved gives way to the last one that was', async () => {
    const { saves, saved } = server()
    const first = saves.choose(a, null, silent)
    await count(saved, 1)
    saved[0]?.reject(new Error('no line'))
    await first
    expect(saves.choice()).toEqual({ focus: null, from: null, isSaving: false, error: new Error('no line') })
    const second = saves.choose(b, null, silent)
    await count(saved, 2)
    saved[1]?.resolve('b')
    await second
    const third = saves.choose(c, null, silent)
    await count(saved, 3)
    saved[2]?.reject('refused')
    await third
    expect(saves.choice()).toEqual({ focus: b, from: null, isSaving: false, error: new Error('refused') })
  })

  it('does not show the failure of a choice that a later one has overtaken', async () => {
    const { saves, saved } = server()
    const first = saves.choose(a, null, silent)
    await count(saved, 1)
    const second = saves.choose(b, null, silent)
    saved[0]?.reject(new Error('no line'))
    await count(saved, 2)
    expect(saves.choice()).toMatchObject({ focus: b, isSaving: true, error: undefined })
    saved[1]?.resolve('b')
    await Promise.all([first, second])
    expect(saves.choice()).toMatchObject({ focus: b, isSaving: false, error: undefined })
  })

  it('is still saved when nobody waits for its crops any more', async () => {
    const { saves, saved, settling } = server()
    const { onSaved, onDone } = listener()
    const first = saves.choose(a, null, silent)
    const second = saves.choose(b, null, { onSaved, onDone })
    saves.leave()
    await count(saved, 1)
    expect(saved[0]?.what).toEqual(b)
    saved[0]?.resolve('b')
    await Promise.all([first, second])
    expect(settling).toEqual([])
    expect(onSaved).not.toHaveBeenCalled()
    expect(saves.choice()).toMatchObject({ focus: b, isSaving: false })
  })

  it('tells why it is not known when the crops follow; a wait that was left is no failure', async () => {
    const { saves, saved, settling } = server()
    const first = saves.choose(a, null, listener())
    await count(saved, 1)
    saved[0]?.resolve('a')
    await count(settling, 1)
    settling[0]?.reject(new Error('no line'))
    await first
    expect(saves.choice()).toEqual({ focus: a, from: null, isSaving: false, error: new Error('no line') })
    const second = saves.choose(b, a, listener())
    await count(saved, 2)
    saved[1]?.resolve('b')
    await count(settling, 2)
    saves.leave()
    expect(settling[1]?.signal?.aborted).toBe(true)
    settling[1]?.reject(new Error('left'))
    await second
    expect(saves.choice()).toMatchObject({ focus: b, error: undefined })
  })
})
