/**
 * One content type: the spelling that Rindle stores, the extensions of its files (the one for new files first), and the
 * aliases that systems, browsers and libraries declare. Separated by spaces.
 */
export type TypeRow = readonly [contentType: string, extensions: string, otherNames?: string]
