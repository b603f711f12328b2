export { type RegisterOptions, registerRindle } from './register-rindle.ts'
export { type NextRoutes, type RouteOptions, rindleRoutes } from './rindle-routes.ts'
