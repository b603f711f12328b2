export { type CloudFrontDeliveryOptions, cloudFrontDelivery } from './cloud-front-delivery.ts'
export { type HmacDeliveryOptions, hmacDelivery } from './hmac-delivery.ts'
export { type SecureLinkDeliveryOptions, secureLinkDelivery } from './secure-link-delivery.ts'
export type { Purge, SigningSecret } from './signing-options.ts'
