/** The Worker in which the `workerd` tests run. */
export default {
  async fetch(): Promise<Response> {
    return new Response('The tests run beside this.', { status: 404 })
  },
}
