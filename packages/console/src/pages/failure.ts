import { html } from '../parts/html.ts'
import { blank, head, type LayoutCall, type Page } from '../parts/layout.ts'

const TITLES: Readonly<Record<number, string>> = {
  401: 'Nobody is signed in',
  403: 'You are not allowed to do this',
  404: 'Not found',
  409: 'It has changed in the meantime',
  503: 'The database or a storage does not answer',
}

/** The page of a request that failed or was refused. */
export function failurePage({ at }: LayoutCall, status: number, message: string, code?: string): Page {
  const title = TITLES[status] ?? (status < 500 ? 'This cannot be shown' : 'The page failed')
  const facts = code === undefined ? '' : html`<dl class="facts"><dt>Code</dt><dd><code>${code}</code></dd></dl>`
  return {
    title,
    entry: '',
    main: html`${head(title)}${blank(
      status >= 500 ? 'plug' : 'frame',
      status >= 500 ? 'Nothing was shown, and nothing was changed' : title,
      html`<p>${message}</p>${facts}<div class="actions"><a class="btn primary" href="${at('/')}">To the overview</a><a class="btn" href="${at('/doctor')}">Run the doctor</a></div>`,
      status >= 500 ? 'bad' : '',
    )}`,
  }
}
