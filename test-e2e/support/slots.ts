/** The slots of profiles whose tests attach assets. */
export const SLOTS = { avatar: 'one', cover: 'one', gallery: 'many' } as const
