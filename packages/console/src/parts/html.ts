import { html as template } from 'hono/html'
import type { HtmlEscapedString } from 'hono/utils/html'

/** HTML whose values are escaped. */
export type Html = HtmlEscapedString | Promise<HtmlEscapedString>

/** Writes HTML; every value that is not {@link Html} itself is escaped. `false`, `null` and `undefined` leave nothing. */
export const html: (strings: TemplateStringsArray, ...values: unknown[]) => Html = template

/** HTML without content. */
export const NOTHING: Html = template``
