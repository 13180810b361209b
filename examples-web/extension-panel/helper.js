// In the place of https://extension-files.twitch.tv/helper/v1/twitch-ext.min.js: what the page around the panel says is an authorization.
;(() => {
  const callbacks = []
  addEventListener('message', ({ source, data }) => {
    if (source !== parent || data?.type !== 'authorized') return
    for (const callback of callbacks) callback(data.auth)
  })
  window.Twitch = {
    ext: {
      onAuthorized(callback) {
        callbacks.push(callback)
        parent.postMessage({ type: 'listening' }, '*')
      },
    },
  }
})()
