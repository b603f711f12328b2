import type { AnyServer, AssetView, Client, ProfileName } from '@rindle/client'
import { createElement, Fragment, type ReactElement, type ReactNode } from 'react'
import type { UploadItem } from './upload-list.ts'
import { type Uploader, type UploaderOptions, useUploader } from './use-uploader.ts'

/** What {@link RindleHooks.Uploader} takes beside the options of `useUploader`. */
export interface UploaderElement<R extends AnyServer, P extends ProfileName<R>> {
  readonly profile: P
  /** For the outer element. */
  readonly className?: string
  /** Renders the uploader instead of the plain elements; spread the props that it receives. */
  readonly children?: (uploader: Uploader<AssetView<R, P>>) => ReactNode
}

/** Props of {@link RindleHooks.Uploader}. */
export type UploaderProps<R extends AnyServer, P extends ProfileName<R>> = UploaderOptions<R, P> & UploaderElement<R, P>

/** The component of one client. */
export function uploaderOf<R extends AnyServer>(
  client: Client<R>,
): <P extends ProfileName<R>>(props: UploaderProps<R, P>) => ReactElement {
  return function Uploader({ profile, className, children, ...options }) {
    const uploader = useUploader(client, profile, options)
    if (children !== undefined) return createElement(Fragment, null, children(uploader))
    return plainUploader(uploader, options.multiple ?? false, className)
  }
}

/** The plain elements of an uploader, and at their end what else belongs into it. */
export function plainUploader<A>(
  uploader: Uploader<A>,
  isMultiple: boolean,
  className: string | undefined,
  more: readonly ReactElement[] = [],
): ReactElement {
  const { texts, items } = uploader
  return createElement(
    'div',
    { ...uploader.dropZoneProps, className, 'data-dragging': uploader.isDragging ? '' : undefined },
    createElement('input', uploader.inputProps),
    createElement('button', uploader.buttonProps, texts.choose(isMultiple)),
    createElement('span', uploader.hintProps, ' ', texts.hint(isMultiple)),
    createElement('ul', null, ...items.map((item) => plainItem(uploader, item))),
    createElement('p', uploader.statusProps, texts.summary(items)),
    ...more,
  )
}

function plainItem<A>(uploader: Uploader<A>, item: UploadItem<A>): ReactElement {
  const { texts } = uploader
  const { state, progress, error } = item
  return createElement(
    'li',
    { key: item.id, 'data-state': state, ...uploader.itemProps(item) },
    createElement('span', uploader.nameProps(item), item.file.name),
    createElement('progress', {
      ...uploader.progressProps(item),
      max: 100,
      value: state === 'processing' ? undefined : progress.percent,
    }),
    createElement('span', null, state === 'uploading' ? `${progress.percent} %` : texts.state(state)),
    error === undefined ? null : createElement('p', uploader.errorProps(item), texts.error(error)),
    uploader.canRetry(item) ? createElement('button', uploader.retryProps(item), '↻') : null,
    createElement('button', uploader.dismissProps(item), '✕'),
  )
}
