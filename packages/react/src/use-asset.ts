import type { AnyServer, AssetView, Client } from '@rindle/client'
import { useEffect, useState } from 'react'

/** The result of {@link RindleHooks.useAsset}. */
export interface AssetHook<A> {
  /** `undefined` until the server has answered. */
  readonly asset: A | undefined
  /** Why no more changes will come; show its `message` to the user. */
  readonly error: Error | undefined
}

/** One asset, kept up to date until no more changes will come by themselves. */
export function useAsset<R extends AnyServer>(
  client: Client<R>,
  id: string | null | undefined,
): AssetHook<AssetView<R>> {
  const [heard, setHeard] = useState<AssetHook<AssetView<R>> & { readonly id?: string }>(NOTHING)
  useEffect(() => {
    if (id === null || id === undefined) return undefined
    const controller = new AbortController()
    const { signal } = controller
    const onError = (error: unknown): void => {
      if (signal.aborted) return
      setHeard((last) => ({ id, asset: last.id === id ? last.asset : undefined, error: error as Error }))
    }
    client.watch(id, (asset) => setHeard({ id, asset, error: undefined }), { signal }).catch(onError)
    return () => controller.abort()
  }, [client, id])
  // The state of another asset is not shown for this one, not even for one frame.
  return heard.id === id ? heard : NOTHING
}

const NOTHING: AssetHook<never> = { asset: undefined, error: undefined }
