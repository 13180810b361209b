import * as TwitchKeyring from '../../../dist/twitch-keyring.min.js'

globalThis.TwitchKeyring = TwitchKeyring
