import type { Client, isClientError as isAnError, createClient as makeClient } from '@rindle/client'
import type { RindleConsole } from '@rindle/console'
import type {
  Asset,
  AssetWithVariants,
  JobsAdapter,
  NoNames,
  Owner,
  Processor,
  Profile,
  StorageAdapter,
} from '@rindle/core'
import type { RindleHandler } from '@rindle/http'
import type { fromPrisma } from '@rindle/jobs-pgboss'
import type { RindleHooks } from '@rindle/react'
import type { TusServer } from '@rindle/tus'
import type { Kysely } from 'kysely'
import type { ReactElement } from 'react'
import type { TestAPI } from 'vitest'
import type { rindle as instance } from './rindle.ts'

type Server = typeof instance
type PrismaTransaction = Parameters<typeof fromPrisma>[0] & {
  readonly member: { create(row: { readonly data: { readonly name: string } }): Promise<{ readonly id: number }> }
}

// Names that an application already has, or that an earlier block of the same page made.
declare global {
  const rindle: Server
  const database: string
  const main: StorageAdapter
  const second: StorageAdapter
  const storages: { readonly main: StorageAdapter }
  const processors: readonly Processor[]
  const jobs: JobsAdapter
  const profiles: Readonly<Record<'avatar', Profile<NoNames, NoNames, 'main'>>>
  const accessKeyId: string
  const secretAccessKey: string

  const asset: Asset<'avatar'> & AssetWithVariants<'avatar'>
  const assetId: string
  const sessionId: string
  const id: string
  const file: File
  const bytes: Uint8Array<ArrayBuffer>
  const owner: Owner
  const owners: readonly Owner[]
  const expiresAt: Date

  const user: { readonly id: number }
  const userId: number
  const prisma: { $transaction<T>(work: (tx: PrismaTransaction) => Promise<T>): Promise<T> }
  const db: Kysely<{ users: { id: number; name: string } }>
  const handler: RindleHandler
  const mediaConsole: RindleConsole
  const tus: TusServer
  function sessionOf(request: Request): Promise<{ readonly user: { readonly id: number } } | undefined>
  function currentUser(
    request: Request,
  ): Promise<{ readonly id: number; mayUpload(profile: string): boolean } | undefined>

  const client: Client<Server>
  const isClientError: typeof isAnError
  const useAsset: RindleHooks<Server>['useAsset']
  const useUpload: RindleHooks<Server>['useUpload']
  const Uploader: RindleHooks<Server>['Uploader']
  const FocusPicker: RindleHooks<Server>['FocusPicker']
  const placeholder: string
  const Placeholder: () => ReactElement
  function show(url: string): void
  function say(sentence: string): void
  function addToGallery(assetId: string): void

  function emptyBucket(bucket: string, prefix: string): Promise<void>
}
