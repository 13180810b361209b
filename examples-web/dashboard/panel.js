// @ts-check
import { createAccountPanel } from '../shared/account-panel.js'
import { at } from '../shared/page.js'

/**
 * @param {object} page
 * @param {import('twitch-keyring').Client} page.client
 * @param {import('twitch-keyring').StoredTokenHandler<'public'>} page.handler
 * @param {import('../shared/settings.js').Settings} page.settings
 */
export function createPanel(page) {
  createAccountPanel({
    ...page,
    scopes: ['moderator:read:followers', 'user:read:follows'],
    onRender({ state }) {
      at('#mishap-buttons', HTMLFieldSetElement).disabled = state === 'needs-login'
    },
  })
}
