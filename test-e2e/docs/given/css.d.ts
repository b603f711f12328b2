// Bundlers declare these.
declare module '*.css'
