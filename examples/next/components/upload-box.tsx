'use client'

import type { Uploader } from '@rindle/react'
import type { ReactElement } from 'react'

interface UploadBoxProps<A> {
  readonly uploader: Uploader<A>
  readonly button: string
  readonly hint: string
  /** The uploads to list. @default those that are not done */
  readonly listed?: Uploader<A>['items']
}

/** A place to choose or drop files, with running uploads and errors. */
export function UploadBox<A>({ uploader, button, hint, listed }: UploadBoxProps<A>): ReactElement {
  const items = listed ?? uploader.items.filter(({ state }) => state !== 'done')
  const { dropZoneProps, inputProps } = uploader
  return (
    <section
      {...dropZoneProps}
      className="upload-box"
      data-dragging={uploader.isDragging ? '' : undefined}
      onDrop={(event) => {
        clearSettled(uploader)
        dropZoneProps.onDrop?.(event)
      }}
    >
      <input
        {...inputProps}
        onChange={(event) => {
          clearSettled(uploader)
          inputProps.onChange?.(event)
        }}
      />
      <button {...uploader.buttonProps} className="button">
        {button}
      </button>
      <p {...uploader.hintProps} className="hint">
        {hint}
      </p>
      {items.length > 0 && (
        <ul className="uploads">
          {items.map((item) => (
            <UploadLine key={item.id} uploader={uploader} item={item} />
          ))}
        </ul>
      )}
      <p {...uploader.statusProps} className="visually-hidden">
        {uploader.texts.summary(uploader.items)}
      </p>
    </section>
  )
}

/**
 * Removes the messages that a new choice makes stale: where one file is wanted, those of the file before; where many are,
 * those of files that the server refused. A failure that can be tried again stays.
 */
function clearSettled<A>({ items, inputProps, canRetry, remove }: Uploader<A>): void {
  const failed = items.filter(({ state }) => state === 'failed' || state === 'cancelled')
  for (const item of failed) if (inputProps.multiple !== true || !canRetry(item)) remove(item.id)
}

type UploadLineProps<A> = Pick<UploadBoxProps<A>, 'uploader'> & { readonly item: Uploader<A>['items'][number] }

function UploadLine<A>({ uploader, item }: UploadLineProps<A>): ReactElement {
  const { file, state, progress, error } = item
  return (
    <li {...uploader.itemProps(item)} data-state={state}>
      <span {...uploader.nameProps(item)} className="upload-name">
        {file.name}
      </span>
      <span className="upload-state">
        {state === 'uploading' ? `${progress.percent} %` : uploader.texts.state(state)}
      </span>
      {error === undefined ? (
        <progress
          {...uploader.progressProps(item)}
          max={100}
          value={state === 'processing' ? undefined : progress.percent}
        />
      ) : (
        <p {...uploader.errorProps(item)} className="error">
          {error.message}
        </p>
      )}
      <span className="upload-buttons">
        {uploader.canRetry(item) && (
          <button {...uploader.retryProps(item)} className="quiet-button">
            ↻
          </button>
        )}
        <button {...uploader.dismissProps(item)} className="quiet-button">
          {state === 'failed' || state === 'cancelled' ? 'Remove' : 'Cancel'}
        </button>
      </span>
    </li>
  )
}
