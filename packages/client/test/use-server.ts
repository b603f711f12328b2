import type { AnyServer, Client, ClientOptions, UploadMemory } from '@rindle/client'
import { createClient } from '@rindle/client'
import { afterEach, beforeEach, vi } from 'vitest'
import { type ScriptedServer, startScriptedServer } from './scripted-server.ts'

/** A server for each test, and clients of it. */
export interface UsedServer {
  readonly server: () => ScriptedServer
  readonly client: (options?: ClientOptions) => Client
}

/** Starts a server before each test of the file and ends it afterwards. What waits for a random time waits for none. */
export function useServer(): UsedServer {
  let server: ScriptedServer
  beforeEach(async () => {
    vi.spyOn(Math, 'random').mockReturnValue(0)
    server = await startScriptedServer()
  })
  afterEach(async () => {
    vi.restoreAllMocks()
    await server[Symbol.asyncDispose]()
  })
  return {
    server: () => server,
    client: (options = {}) => createClient<AnyServer>({ baseUrl: server.url, memory: null, ...options }),
  }
}

/** A file of so many bytes, none like its neighbour. */
export function fileOf(byteSize: number, name = 'photo.jpg'): File {
  const bytes = Uint8Array.from({ length: byteSize }, (_, index) => (index * 31) % 251)
  return new File([bytes], name, { type: 'image/jpeg', lastModified: 1 })
}

/** The memory of a browser, as long as the test. */
export function memoryOf(entries: Map<string, string> = new Map()): UploadMemory {
  return {
    getItem: (key) => entries.get(key) ?? null,
    setItem: (key, value) => void entries.set(key, value),
    removeItem: (key) => void entries.delete(key),
  }
}
