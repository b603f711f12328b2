import type { Runtime } from '../kernel/runtime.ts'
import { number, text, timeOrNull } from '../kernel/sql/row-values.ts'
import { type MirrorLag, mirrorLag } from '../mirrors/mirror-changes.ts'

/** Options of {@link listStorages}. */
export interface ListStoragesOptions {
  /** Whether to count what is in them, which reads all assets. @default true */
  readonly counted?: boolean
}

/** Assets of one profile in a storage. */
export interface StoredProfile {
  readonly profile: string
  readonly assets: number
  /** Of the originals. */
  readonly bytes: number
  /**
   * Whether the profile names another storage: these assets can move there. `null`: it is not configured, or chooses
   * a storage for each upload.
   */
  readonly isElsewhere: boolean | null
}

/** One storage, with what is in it. */
export interface StorageStatus {
  readonly storage: string
  /** The kind of its adapter; `null`: it is not configured, but rows name it. */
  readonly adapter: string | null
  /** The profiles whose uploads go there. */
  readonly profiles: readonly string[]
  /** By profile; empty if it was not counted. */
  readonly contents: readonly StoredProfile[]
  /** Assets that a move copies there now, or copied there when it was killed. */
  readonly arriving: number
  /** Assets that have moved away and whose objects are still there, because URLs of them may be in use. */
  readonly leftBehind: number
  /** When the first of these objects may be deleted. */
  readonly nextDeletionAt: Date | null
  /** How far its mirrors are behind; `null`: it has none. */
  readonly mirrors: (MirrorLag & { readonly count: number }) | null
}

/**
 * Lists the storages, configured and former ones: which profiles have assets there, what a move has left behind, and how
 * far mirrors are behind. Changes nothing. Counts all assets, unless `counted` is `false`: a second for each million.
 */
export async function listStorages(
  runtime: Runtime,
  { counted = true }: ListStoragesOptions = {},
): Promise<readonly StorageStatus[]> {
  const contents = counted ? await contentsOf(runtime) : new Map<string, readonly StoredProfile[]>()
  const moves = await movesOf(runtime)
  const configured = Object.keys(runtime.storages)
  const names = [...new Set([...configured, ...[...contents.keys(), ...moves.keys()].toSorted()])]
  const statuses: StorageStatus[] = []
  for (const name of names) {
    const adapter = Object.hasOwn(runtime.storages, name) ? runtime.storages[name] : undefined
    const count = adapter?.mirroring?.mirrors.length ?? 0
    const profiles = Object.entries(runtime.profiles).filter(([, { storage }]) => storage === name)
    statuses.push({
      storage: name,
      adapter: adapter?.name ?? null,
      profiles: profiles.map(([profile]) => profile),
      contents: contents.get(name) ?? [],
      ...(moves.get(name) ?? { arriving: 0, leftBehind: 0, nextDeletionAt: null }),
      mirrors: count === 0 ? null : { count, ...(await mirrorLag(runtime.database, name)) },
    })
  }
  return statuses
}

async function contentsOf({ database, profiles }: Runtime): Promise<ReadonlyMap<string, readonly StoredProfile[]>> {
  const { rows } = await database.executeSql(
    `select storage, profile, count(*)::float8 as assets, coalesce(sum(byte_size), 0)::float8 as bytes
     from rindle.media_assets where state <> 'deleted' group by storage, profile order by storage, profile`,
  )
  const found = rows.map((row) => {
    const [storage, profile] = [text(row, 'storage'), text(row, 'profile')]
    const current = Object.hasOwn(profiles, profile) ? profiles[profile] : undefined
    const isElsewhere = current === undefined || current.chooseStorage !== null ? null : current.storage !== storage
    return { storage, profile, assets: number(row, 'assets'), bytes: number(row, 'bytes'), isElsewhere }
  })
  const byStorage = Map.groupBy(found, ({ storage }) => storage)
  return new Map([...byStorage].map(([storage, some]) => [storage, some.map(({ storage: _, ...rest }) => rest)]))
}

type Moves = Pick<StorageStatus, 'arriving' | 'leftBehind' | 'nextDeletionAt'>

async function movesOf({ database }: Runtime): Promise<ReadonlyMap<string, Moves>> {
  const { rows } = await database.executeSql(
    `select storage, (count(*) filter (where delete_after is null))::int as arriving,
       count(delete_after)::int as left_behind, min(delete_after) as next_deletion_at
     from rindle.media_moves group by storage`,
  )
  return new Map(
    rows.map((row) => [
      text(row, 'storage'),
      {
        arriving: number(row, 'arriving'),
        leftBehind: number(row, 'left_behind'),
        nextDeletionAt: timeOrNull(row, 'next_deletion_at'),
      },
    ]),
  )
}
