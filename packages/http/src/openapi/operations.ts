import type { WireRoute } from '@rindle/client'
import type { z } from 'zod'
import { ADD_TRACK_BODY, SET_FOCUS_BODY } from '../asset-routes.ts'
import { FETCH_UPLOAD_BODY } from '../fetch-route.ts'
import { BEGIN_UPLOAD_BODY } from '../upload-routes.ts'
import type { AnswerName } from './answer-schemas.ts'

/** What the document says about one route. */
export interface RouteOperation {
  /** The name of the function in a generated client. */
  readonly id: string
  readonly summary: string
  readonly body?: { readonly name: string; readonly schema: z.ZodType }
  /** By status; `null`: without a body. */
  readonly answers: Readonly<Record<number, AnswerName | 'events' | null>>
  /** Failures that a client should expect, by status. Every operation may also fail in other ways. */
  readonly failures: Readonly<Record<number, string>>
}

const NOBODY = 'Nobody is signed in.'
const HIDDEN = 'It does not exist, or it belongs to another actor.'

/** The routes that take and give JSON: exactly those of the handler. */
export const OPERATIONS: Readonly<Record<WireRoute, RouteOperation>> = {
  'POST /uploads': {
    id: 'beginUpload',
    summary: 'Begins an upload',
    body: { name: 'BeginUpload', schema: BEGIN_UPLOAD_BODY },
    answers: { 201: 'Upload' },
    failures: {
      400: 'The body is malformed, or names an unknown profile or slot.',
      401: NOBODY,
      403: 'The application refuses the upload, or it does not fit into the quota.',
      413: 'The file is too large.',
      415: 'The type is not accepted, or the body is not JSON.',
      422: 'The profile refuses the file.',
    },
  },
  'POST /uploads/from-url': {
    id: 'fetchUpload',
    summary: 'Begins an upload whose bytes a worker fetches from a URL',
    body: { name: 'FetchUpload', schema: FETCH_UPLOAD_BODY },
    answers: { 201: 'Upload' },
    failures: {
      400: 'The body is malformed.',
      401: NOBODY,
      403: 'The application refuses the upload.',
      404: 'The handler does not offer uploads from URLs.',
    },
  },
  'GET /uploads/:id': {
    id: 'showUpload',
    summary: 'Shows an upload',
    answers: { 200: 'Upload' },
    failures: { 401: NOBODY, 404: HIDDEN },
  },
  'DELETE /uploads/:id': {
    id: 'abortUpload',
    summary: 'Abandons an upload',
    answers: { 204: null },
    failures: { 401: NOBODY, 404: HIDDEN },
  },
  'POST /uploads/:id/sign': {
    id: 'signUpload',
    summary: 'Signs the request for the whole file again',
    answers: { 200: 'Request' },
    failures: { 401: NOBODY, 404: HIDDEN, 410: 'The upload has ended.' },
  },
  'POST /uploads/:id/parts/:number': {
    id: 'signPart',
    summary: 'Signs the request for one part',
    answers: { 200: 'Request' },
    failures: { 400: 'The upload has no such part.', 401: NOBODY, 404: HIDDEN, 410: 'The upload has ended.' },
  },
  'POST /uploads/:id/complete': {
    id: 'completeUpload',
    summary: 'Reports that all bytes have been sent; safe to repeat',
    answers: { 200: 'CompletedUpload' },
    failures: {
      401: NOBODY,
      404: HIDDEN,
      409: 'The storage does not have the bytes yet.',
      410: 'The upload has ended.',
      422: 'The bytes are not the declared ones.',
    },
  },
  'GET /assets/:id': {
    id: 'showAsset',
    summary: 'Shows an asset with its variants',
    answers: { 200: 'Asset' },
    failures: { 401: NOBODY, 404: HIDDEN },
  },
  'GET /assets/:id/events': {
    id: 'watchAsset',
    summary: 'Follows an asset as server-sent events, until the work on it is done',
    answers: { 200: 'events', 204: null },
    failures: {
      401: NOBODY,
      404: HIDDEN,
      429: 'The actor has too many streams open.',
      503: 'The server has too many streams open.',
    },
  },
  'POST /assets/:id/focus': {
    id: 'setFocus',
    summary: 'Sets the focal point of crops',
    body: { name: 'SetFocus', schema: SET_FOCUS_BODY },
    answers: { 200: 'Asset' },
    failures: {
      400: 'The body is malformed.',
      401: NOBODY,
      403: 'The actor may see the asset, but not change it.',
      404: HIDDEN,
    },
  },
  'POST /assets/:id/tracks': {
    id: 'addTrack',
    summary: 'Adds captions, subtitles or chapters',
    body: { name: 'AddTrack', schema: ADD_TRACK_BODY },
    answers: { 200: 'Asset' },
    failures: {
      400: 'The text is not WebVTT or SubRip, or the asset takes no tracks.',
      401: NOBODY,
      403: 'The actor may see the asset, but not change it.',
      404: HIDDEN,
      409: 'The asset already has the most tracks that are allowed.',
    },
  },
  'DELETE /assets/:id/tracks/:trackId': {
    id: 'removeTrack',
    summary: 'Removes a text track',
    answers: { 200: 'Asset' },
    failures: { 401: NOBODY, 403: 'The actor may see the asset, but not change it.', 404: HIDDEN },
  },
}
