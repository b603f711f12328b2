import { stat } from 'node:fs/promises'
import { join } from 'node:path'

/** A PostgreSQL cluster on disk: its data and the password of its superuser, created together or not at all. */
export interface Cluster {
  readonly directory: string
  readonly dataDirectory: string
  readonly passwordFile: string
}

/** The paths of a cluster in its home directory, whether or not it exists. */
export function clusterIn(homeDirectory: string): Cluster {
  return clusterAt(join(homeDirectory, 'postgres'))
}

/** The paths of a cluster. */
export function clusterAt(directory: string): Cluster {
  return { directory, dataDirectory: join(directory, 'data'), passwordFile: join(directory, 'password') }
}

/** Whether a home directory has a cluster, which is then complete. */
export async function hasCluster(homeDirectory: string): Promise<boolean> {
  return (await stat(clusterIn(homeDirectory).directory).catch(() => undefined)) !== undefined
}
