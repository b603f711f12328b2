import type { Owner } from '@rindle/core'

// Which records of this application hold media: the words that Rindle's attachments keep.

export const memberOwner = (id: string): Owner => ({ type: 'member', id })
export const postOwner = (id: string): Owner => ({ type: 'post', id })
export const lessonOwner = (id: string): Owner => ({ type: 'lesson', id })
