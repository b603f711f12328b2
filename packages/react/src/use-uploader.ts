import {
  type AnyServer,
  type AssetView,
  type Client,
  isClientError,
  type ProfileName,
  type SlotName,
  type SlotOfMany,
} from '@rindle/client'
import {
  type ButtonHTMLAttributes,
  type DragEvent,
  type HTMLAttributes,
  type InputHTMLAttributes,
  type KeyboardEvent,
  type RefAttributes,
  useId,
  useRef,
  useState,
} from 'react'
import { droppedFiles } from './dropped-files.ts'
import type { UploadHookOptions } from './send-by.ts'
import type { UploadItem } from './upload-list.ts'
import { isRunning } from './upload-state.ts'
import { defaultTexts, type UploaderTexts } from './uploader-texts.ts'
import { type UploadsHook, useUploads } from './use-uploads.ts'

/** The options of {@link RindleHooks.useUploader} but the slot, and how many files. */
export interface UploaderSettings<R extends AnyServer, P extends ProfileName<R>>
  extends Omit<UploadHookOptions<R, P>, 'slot'> {
  /**
   * The types that the file dialog offers, as for `<input accept>`. The server decides which it accepts. @default
   * everything
   */
  readonly accept?: string
  /** Whether it takes no files. @default false */
  readonly disabled?: boolean
  /** Texts in another language or tone; omitted ones are English. */
  readonly texts?: Partial<UploaderTexts>
}

/** An uploader of one file. */
export interface SingleUploader<R extends AnyServer, P extends ProfileName<R>> {
  /** Whether several files may be chosen at once: not for a slot of one. @default false */
  readonly multiple?: false
  /** The slot to which the server attaches the file, if it allows this user. @default none */
  readonly slot?: SlotName<R, P>
}

/** An uploader of several files, which all stay: of no slot, or of one that holds many. */
export interface MultipleUploader<R extends AnyServer, P extends ProfileName<R>> {
  /** Whether several files may be chosen at once. @default false */
  readonly multiple?: boolean
  /** The slot to which the server adds the files, in the order in which they were chosen. @default none */
  readonly slot?: SlotOfMany<R, P>
}

/** Options of {@link RindleHooks.useUploader}. `multiple` with a slot of one does not compile. */
export type UploaderOptions<R extends AnyServer, P extends ProfileName<R>> = UploaderSettings<R, P> &
  (SingleUploader<R, P> | MultipleUploader<R, P>)

/**
 * The parts of an uploader. Spread each set of props on one of your elements; then names, states and errors are tied
 * together for assistive technology.
 */
export interface Uploader<A> extends UploadsHook<A> {
  /** Whether files are being dragged over the drop zone. */
  readonly isDragging: boolean
  readonly texts: UploaderTexts
  /** For the outer element. */
  readonly dropZoneProps: HTMLAttributes<HTMLElement>
  /** For the button that opens the file dialog. */
  readonly buttonProps: ButtonHTMLAttributes<HTMLButtonElement> & RefAttributes<HTMLButtonElement>
  /** For an `input`, which stays hidden. */
  readonly inputProps: InputHTMLAttributes<HTMLInputElement> & RefAttributes<HTMLInputElement>
  /** For the element that holds the hint. */
  readonly hintProps: HTMLAttributes<HTMLElement>
  /** For the element that holds {@link UploaderTexts.summary}; it must be there before the first upload. */
  readonly statusProps: HTMLAttributes<HTMLElement>
  /** For the element of one upload; Escape within it cancels the upload. */
  readonly itemProps: (item: UploadItem<A>) => HTMLAttributes<HTMLElement>
  /** For the element with the name of the file. */
  readonly nameProps: (item: UploadItem<A>) => HTMLAttributes<HTMLElement>
  /** For the progress bar. */
  readonly progressProps: (item: UploadItem<A>) => HTMLAttributes<HTMLElement>
  /** For the button that cancels a running upload and afterwards removes it. */
  readonly dismissProps: (item: UploadItem<A>) => ButtonHTMLAttributes<HTMLButtonElement>
  /** Whether another try makes sense: not for a file that the server refused. */
  readonly canRetry: (item: UploadItem<A>) => boolean
  /** For the button that begins a failed or cancelled upload again. */
  readonly retryProps: (item: UploadItem<A>) => ButtonHTMLAttributes<HTMLButtonElement>
  /** For the element with the error of an upload. */
  readonly errorProps: (item: UploadItem<A>) => HTMLAttributes<HTMLElement>
}

/** An unstyled uploader. */
export function useUploader<R extends AnyServer, P extends ProfileName<R>>(
  client: Client<R>,
  profile: P,
  options: UploaderOptions<R, P>,
): Uploader<AssetView<R, P>> {
  const { multiple: isMultiple = false, accept, disabled: isDisabled = false } = options
  const texts = { ...defaultTexts, ...options.texts }
  const uploads = useUploads(client, profile, options as UploadHookOptions<R, P>)
  const id = useId()
  const input = useRef<HTMLInputElement>(null)
  const button = useRef<HTMLButtonElement>(null)
  const { isDragging, dragProps } = useDrop((files) => {
    if (!isDisabled) uploads.add(isMultiple ? files : files.slice(0, 1))
  })
  const failed = uploads.items.filter(({ error }) => error !== undefined)
  const removeAndRefocus = (item: UploadItem<unknown>): void => {
    uploads.remove(item.id)
    // The focused button is gone; without this, nothing would have the focus.
    button.current?.focus()
  }

  return {
    ...uploads,
    isDragging,
    texts,
    dropZoneProps: { role: 'group', 'aria-labelledby': `${id}-button`, ...dragProps },
    buttonProps: {
      ref: button,
      id: `${id}-button`,
      type: 'button',
      disabled: isDisabled,
      'aria-describedby': [`${id}-hint`, ...failed.map((item) => partId(id, 'error', item))].join(' '),
      onClick: () => input.current?.click(),
    },
    inputProps: {
      ref: input,
      type: 'file',
      hidden: true,
      multiple: isMultiple,
      ...(accept === undefined ? {} : { accept }),
      onChange: ({ currentTarget }) => {
        uploads.add([...(currentTarget.files ?? [])])
        // Otherwise choosing the same file again fires no change event.
        currentTarget.value = ''
      },
    },
    hintProps: { id: `${id}-hint` },
    statusProps: { role: 'status', 'aria-live': 'polite' },
    ...itemParts(id, uploads, texts, removeAndRefocus),
  }
}

type ItemParts<A> = Pick<
  Uploader<A>,
  'itemProps' | 'nameProps' | 'progressProps' | 'dismissProps' | 'canRetry' | 'retryProps' | 'errorProps'
>

function itemParts<A>(
  id: string,
  uploads: UploadsHook<A>,
  texts: UploaderTexts,
  remove: (item: UploadItem<A>) => void,
): ItemParts<A> {
  const describedBy = (item: UploadItem<A>): { 'aria-describedby'?: string } =>
    item.error === undefined ? {} : { 'aria-describedby': partId(id, 'error', item) }
  return {
    itemProps: (item) => ({
      onKeyDown: (event: KeyboardEvent) => {
        if (event.key === 'Escape' && isRunning(item)) uploads.cancel(item.id)
      },
    }),
    nameProps: (item) => ({ id: partId(id, 'name', item) }),
    progressProps: (item) => ({
      role: 'progressbar',
      'aria-labelledby': partId(id, 'name', item),
      'aria-valuemin': 0,
      'aria-valuemax': 100,
      // Without a value, a progress bar shows work of unknown length.
      ...(item.state === 'processing' ? {} : { 'aria-valuenow': item.progress.percent }),
      'aria-valuetext': item.state === 'uploading' ? `${item.progress.percent} %` : texts.state(item.state),
    }),
    dismissProps: (item) => ({
      type: 'button',
      'aria-label': isRunning(item) ? texts.cancel(item.file.name) : texts.remove(item.file.name),
      ...describedBy(item),
      onClick: () => (isRunning(item) ? uploads.cancel(item.id) : remove(item)),
    }),
    canRetry: ({ state, error }) =>
      state === 'cancelled' || (state === 'failed' && !isClientError(error, 'upload_rejected')),
    retryProps: (item) => ({
      type: 'button',
      'aria-label': texts.retry(item.file.name),
      ...describedBy(item),
      onClick: () => uploads.retry(item.id),
    }),
    errorProps: (item) => ({ id: partId(id, 'error', item) }),
  }
}

function partId(id: string, part: string, item: UploadItem<unknown>): string {
  return `${id}-${part}-${item.id}`
}

function useDrop(onFiles: (files: File[]) => void): { isDragging: boolean; dragProps: HTMLAttributes<HTMLElement> } {
  const [isDragging, setDragging] = useState(false)
  const dragProps: HTMLAttributes<HTMLElement> = {
    onDragOver: (event: DragEvent) => {
      if (!event.dataTransfer.types.includes('Files')) return
      event.preventDefault()
      setDragging(true)
    },
    onDragLeave: (event: DragEvent) => {
      // The event also fires when the pointer moves on to a child element.
      if (!(event.relatedTarget instanceof Node && event.currentTarget.contains(event.relatedTarget)))
        setDragging(false)
    },
    onDrop: (event: DragEvent) => {
      event.preventDefault()
      setDragging(false)
      onFiles(droppedFiles(event.dataTransfer))
    },
  }
  return { isDragging, dragProps }
}
