'use client'

import type { AnyServer, AssetView, Client, ProfileName } from '@rindle/client'
import type { ReactElement } from 'react'
import type { FocusListener } from './focus-saves.ts'
import { type SavingFocusPickerProps, savingFocusPickerOf } from './saving-focus-picker.ts'
import type { UploadHookOptions } from './send-by.ts'
import { type UploaderProps, uploaderOf } from './uploader.ts'
import { type AssetHook, useAsset } from './use-asset.ts'
import { type FocusedAsset, type FocusHook, useFocus } from './use-focus.ts'
import { type UploadHook, useUpload } from './use-upload.ts'
import { type Uploader, type UploaderOptions, useUploader } from './use-uploader.ts'
import { type UploadsHook, useUploads } from './use-uploads.ts'

/** Hooks of one client, with the types of its server. Uploads end when the component that began them unmounts. */
export interface RindleHooks<R extends AnyServer> {
  /** One upload at a time. */
  readonly useUpload: <P extends ProfileName<R>>(
    profile: P,
    options?: UploadHookOptions<R, P>,
  ) => UploadHook<AssetView<R, P>>
  /** Any number of uploads; a few travel at once. */
  readonly useUploads: <P extends ProfileName<R>>(
    profile: P,
    options?: UploadHookOptions<R, P>,
  ) => UploadsHook<AssetView<R, P>>
  /** One asset, kept up to date until no more changes will come by themselves. Pass `null` for no asset yet. */
  readonly useAsset: (id: string | null | undefined) => AssetHook<AssetView<R>>
  /** The focal point of an asset, with a function that saves another one. */
  readonly useFocus: (asset: FocusedAsset, listener?: FocusListener<AssetView<R>>) => FocusHook
  /** An uploader as sets of props, for your own elements. */
  readonly useUploader: <P extends ProfileName<R>>(
    profile: P,
    options?: UploaderOptions<R, P>,
  ) => Uploader<AssetView<R, P>>
  /**
   * An unstyled uploader of plain elements: a button, a drop zone, and a list with progress, errors and actions. Pass a
   * function as its child to render everything yourself.
   */
  readonly Uploader: <P extends ProfileName<R>>(props: UploaderProps<R, P>) => ReactElement
  /** A focus picker that saves each choice, and says below it if that failed. Give it the picture as its child. */
  readonly FocusPicker: (props: SavingFocusPickerProps<R>) => ReactElement
}

/**
 * Makes the hooks of a client. Call it once, next to the client:
 * `export const { useUpload, Uploader } = createRindleHooks(client)`.
 */
export function createRindleHooks<R extends AnyServer>(client: Client<R>): RindleHooks<R> {
  return {
    useUpload: (profile, options = {}) => useUpload(client, profile, options),
    useUploads: (profile, options = {}) => useUploads(client, profile, options),
    useAsset: (id) => useAsset(client, id),
    useFocus: (asset, listener = {}) => useFocus(client, asset, listener),
    useUploader: (profile, options = {}) => useUploader(client, profile, options),
    Uploader: uploaderOf(client),
    FocusPicker: savingFocusPickerOf(client),
  }
}
