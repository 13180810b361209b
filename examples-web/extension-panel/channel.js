// @ts-check
// Twitch's side of it: the page around the panel authorizes it, and again before its tokens end.

const panel = /** @type {HTMLIFrameElement} */ (document.querySelector('#panel'))
const controls = /** @type {HTMLFormElement} */ (document.querySelector('#controls'))
const { panelUrl } = await (await fetch('/channel.json')).json()

controls.addEventListener('submit', (event) => {
  event.preventDefault()
  authorize()
})
addEventListener('message', ({ source, data }) => {
  if (source === panel.contentWindow && data?.type === 'listening') authorize()
})
panel.src = panelUrl

async function authorize() {
  const form = new FormData(controls)
  const query = new URLSearchParams({ viewer: String(form.get('viewer')), mobile: String(form.has('mobile')) })
  const auth = await (await fetch(`/authorize?${query}`)).json()
  panel.contentWindow?.postMessage({ type: 'authorized', auth }, new URL(panelUrl).origin)
}

export {}
