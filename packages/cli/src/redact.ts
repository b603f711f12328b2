// Greedy up to the last @ of a word: an unescaped password may hold @, : and / itself.
const CREDENTIALS_IN_URL = /([a-z][a-z0-9+.-]*:\/\/[^\s:/@]*):\S*@/gi

const PASSWORD_PARAMETER = /([?&](?:password|sslpassword)=)[^\s&'"]+/gi

/** Replaces the passwords of all URLs in a text by `***`. */
export function redact(text: string): string {
  return text.replace(CREDENTIALS_IN_URL, '$1:***@').replace(PASSWORD_PARAMETER, '$1***')
}
