/** Where uploads are remembered across a reload; the browser's `localStorage` and `sessionStorage` fit. */
export interface UploadMemory {
  getItem(key: string): string | null
  setItem(key: string, value: string): void
  removeItem(key: string): void
}

/** The upload sessions that a later page can continue, by the fingerprint of their file. */
export interface RememberedUploads {
  /**
   * Claims a fingerprint for one upload of this page and returns the function that releases it; `undefined` while
   * another upload has it. Two uploads never share a session, because cancelling one would end the other.
   */
  claim(fingerprint: string): (() => void) | undefined
  /** The id of the session, or `undefined`. */
  recall(fingerprint: string): string | undefined
  remember(fingerprint: string, session: { readonly id: string; readonly expiresAt: string | null }): void
  forget(fingerprint: string): void
}

type Entries = Readonly<Record<string, { readonly id: string; readonly expiresAtMs: number }>>

const KEY = 'rindle.uploads'
const MAX_ENTRIES = 100
/** For sessions without an expiry. */
const DEFAULT_LIFE_MS = 24 * 60 * 60 * 1000

/** Sessions kept in `memory`; `null` remembers nothing. A memory that fails (full, forbidden) remembers nothing. */
export function rememberedUploads(memory: UploadMemory | null): RememberedUploads {
  const claimed = new Set<string>()
  return {
    claim(fingerprint) {
      if (claimed.has(fingerprint)) return undefined
      claimed.add(fingerprint)
      return () => claimed.delete(fingerprint)
    },
    recall: (fingerprint) => read(memory)[fingerprint]?.id,
    remember(fingerprint, { id, expiresAt }) {
      const expiresAtMs = expiresAt === null ? Date.now() + DEFAULT_LIFE_MS : Date.parse(expiresAt)
      const { [fingerprint]: _previous, ...others } = read(memory)
      write(memory, { ...others, [fingerprint]: { id, expiresAtMs } })
    },
    forget(fingerprint) {
      const { [fingerprint]: _gone, ...others } = read(memory)
      write(memory, others)
    },
  }
}

/** Identifies a file and its purpose, also for a page that was reloaded. */
export function fingerprintOf(file: File, purpose: readonly (string | undefined)[]): string {
  return JSON.stringify([file.name, file.size, file.lastModified, file.type, ...purpose])
}

/** The memory of this browser, or `null` where there is none: on a server, or when the user forbids it. */
export function browserMemory(): UploadMemory | null {
  try {
    return typeof localStorage === 'undefined' ? null : localStorage
  } catch {
    // A browser that blocks site data throws as soon as the property is read.
    return null
  }
}

function read(memory: UploadMemory | null): Entries {
  try {
    const entries = JSON.parse(memory?.getItem(KEY) ?? '{}') as Entries
    const alive = Object.entries(entries).filter(([, { expiresAtMs }]) => expiresAtMs > Date.now())
    return Object.fromEntries(alive)
  } catch {
    // Foreign data under our key, or no access: resuming is optional, so the upload starts from the beginning.
    return {}
  }
}

function write(memory: UploadMemory | null, entries: Entries): void {
  try {
    const newest = Object.entries(entries).slice(-MAX_ENTRIES)
    if (newest.length === 0) memory?.removeItem(KEY)
    else memory?.setItem(KEY, JSON.stringify(Object.fromEntries(newest)))
  } catch {
    // Full or forbidden: as above.
  }
}
