/**
 * One content type: the spelling that Rindle stores, the extensions under which its files are found (the one for new
 * files first), and the other names under which systems, browsers and libraries declare it. Parted by spaces.
 */
export type TypeRow = readonly [contentType: string, extensions: string, otherNames?: string]
