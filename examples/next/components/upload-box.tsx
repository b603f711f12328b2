'use client'

import type { Uploader } from '@rindle/react'
import type { ReactElement } from 'react'

interface UploadBoxProps<A> {
  readonly uploader: Uploader<A>
  readonly button: string
  readonly hint: string
}

/** A place to choose or drop files, with running uploads and errors. */
export function UploadBox<A>({ uploader, button, hint }: UploadBoxProps<A>): ReactElement {
  const items = uploader.items.filter(({ state }) => state !== 'done')
  return (
    <section {...uploader.dropZoneProps} className="upload-box" data-dragging={uploader.isDragging ? '' : undefined}>
      <input {...uploader.inputProps} />
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
