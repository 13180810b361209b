/** The part that is used, so that nobody needs Cloudflare's types to build this. */
declare module 'cloudflare:workers' {
  export const DurableObject: new (ctx: unknown, env: unknown) => object
}
