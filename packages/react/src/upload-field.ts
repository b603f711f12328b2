'use client'

import {
  type AnyServer,
  type AssetView,
  type Client,
  createClient,
  type ProfileName,
  type SlotName,
  type UploadFileOptions,
  type UploadProgress,
} from '@rindle/client'
import { createElement, type ReactElement, useEffect, useMemo, useRef, useSyncExternalStore } from 'react'
import { plainUploader } from './uploader.ts'
import type { UploaderTexts } from './uploader-texts.ts'
import { type UploaderOptions, useUploader } from './use-uploader.ts'

/** Props of {@link UploadField}. */
export interface UploadFieldProps<R extends AnyServer = AnyServer, P extends ProfileName<R> = ProfileName<R>> {
  readonly profile: P
  /** The slot to which the server attaches the files, if it allows this user. @default none */
  readonly slot?: SlotName<R, P>
  /**
   * Saves an uploaded file, by its id: a server action, or any function. The file is done when this has ended; if it
   * throws, the file has failed, and can be tried again. It may be another function in each render: a file goes to the
   * one with which it was chosen. @default none
   */
  readonly action?: (assetId: string) => void | Promise<void>
  /**
   * The name in its form. Each file that is done adds its id under this name. Before the page's script runs, and
   * without it, the field is an input of this name that sends the file itself. @default the form gets nothing
   */
  readonly name?: string
  /** The text of the button. @default 'Choose a file' or 'Choose files' */
  readonly label?: string
  /** Whether several files may be chosen: not for a slot of one. @default false */
  readonly multiple?: boolean
  /** The types that the file dialog offers, as for `<input accept>`. @default everything */
  readonly accept?: string
  /** Whether it takes no files. @default false */
  readonly disabled?: boolean
  /** Texts in another language or tone; omitted ones are English. Only from a client component. */
  readonly texts?: Partial<UploaderTexts>
  /** Where the server's handler is mounted. @default '/rindle' */
  readonly baseUrl?: string
  /** For the outer element, beside `rindle-uploader`. */
  readonly className?: string
}

/**
 * An uploader that needs no hooks of a client: a server component may render it and pass a server action as `action`.
 * `@rindle/react/styles.css` styles it; without that it is plain. `<UploadField<typeof rindle> … />` checks the names.
 */
export function UploadField<R extends AnyServer = AnyServer, P extends ProfileName<R> = ProfileName<R>>({
  profile,
  action,
  name,
  label,
  baseUrl = '/rindle',
  className,
  texts,
  ...options
}: UploadFieldProps<R, P>): ReactElement {
  // The client limits how many files travel at once: an action that is another function each time must not renew it.
  const client = useMemo(() => createClient<R>({ baseUrl }), [baseUrl])
  const saving = useMemo(() => savingBy(client, action), [client, action])
  const named = label === undefined ? {} : { choose: () => label }
  const uploader = useUploader<R, P>(saving, profile, { ...options, texts: { ...named, ...texts } } as UploaderOptions<
    R,
    P
  >)
  const plain = useRef<HTMLInputElement>(null)
  const { add } = uploader
  // Files that were chosen before the script ran: the uploader takes the place of that input, and of its files.
  useEffect(() => {
    const files = [...(plain.current?.files ?? [])]
    if (plain.current !== null) plain.current.value = ''
    if (files.length > 0) add(files)
  }, [add])
  const value = useRef<HTMLInputElement>(null)
  const done = name === undefined ? [] : uploader.items.filter(({ state }) => state === 'done')
  // A form is reset when it has been sent, by React too: its files do not belong to the next one.
  useEffect(() => {
    const forget = ({ target }: Event): void => {
      if (value.current !== null && value.current.form === target) for (const { id } of done) uploader.remove(id)
    }
    document.addEventListener('reset', forget)
    return () => document.removeEventListener('reset', forget)
  })
  const isScripted = useSyncExternalStore(subscribeToNothing, isInBrowser, isNotInBrowser)
  const classes = className === undefined ? 'rindle-uploader' : `rindle-uploader ${className}`
  const isMultiple = options.multiple ?? false
  if (!isScripted && name !== undefined) {
    const { accept, disabled } = options
    const input = createElement('input', { ref: plain, type: 'file', name, accept, disabled, multiple: isMultiple })
    return createElement('label', { className: classes }, `${uploader.texts.choose(isMultiple)} `, input)
  }
  const values = done.map(({ id, asset }, index) =>
    createElement('input', { key: id, ref: index === 0 ? value : null, type: 'hidden', name, value: asset?.id }),
  )
  return plainUploader<AssetView<R, P>>(uploader, isMultiple, classes, values)
}

/** The same client, whose uploads are done when they are saved. */
function savingBy<R extends AnyServer>(client: Client<R>, action: UploadFieldProps<R>['action']): Client<R> {
  if (action === undefined) return client
  // The names were checked as the props of the field; at run time they are texts.
  const untyped = client as unknown as Client
  const uploadAndSave = async (file: File, options: UploadFileOptions<AnyServer, string>): Promise<unknown> => {
    const onProgress = (progress: UploadProgress<AssetView<AnyServer, string>>): void =>
      options.onProgress?.(progress.phase === 'done' ? { ...progress, phase: 'processing' } : progress)
    const asset = await untyped.upload(file, { ...options, onProgress })
    try {
      await action(asset.id)
    } catch (error) {
      throw new Error('The file could not be saved. Please try again.', { cause: error })
    }
    return asset
  }
  return { ...client, upload: uploadAndSave } as unknown as Client<R>
}

const subscribeToNothing = () => (): void => {}
const isInBrowser = (): boolean => true
const isNotInBrowser = (): boolean => false
