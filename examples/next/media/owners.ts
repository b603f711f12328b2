import type { Owner } from '@rindle/core'

// The records of this application that hold media, by the types in Rindle's attachments.

export const memberOwner = (id: string): Owner => ({ type: 'member', id })
export const postOwner = (id: string): Owner => ({ type: 'post', id })
export const lessonOwner = (id: string): Owner => ({ type: 'lesson', id })
