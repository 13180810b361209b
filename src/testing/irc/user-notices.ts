import { amount, check, needed, objectOf, oneOf, recordOf, type Shape, text } from '../shape.ts'
import type { Tags } from './line.ts'

/** A USERNOTICE to be. Names of `params` are without `msg-param-`. */
export interface UserNotice {
  /** Any kind; Twitch adds new ones without a word. */
  readonly msgId: string
  /** Whose it is. */
  readonly login: string
  readonly systemMessage: string
  readonly params?: Tags | undefined
  /** What the user wrote with it. */
  readonly text?: string | undefined
  /** Tags to add or replace. */
  readonly tags?: Tags | undefined
}

export const USER_NOTICE: Shape<UserNotice> = {
  msgId: needed(text),
  login: needed(text),
  systemMessage: needed(text),
  params: recordOf(text),
  text,
  tags: recordOf(text),
}

export type Plan = 'Prime' | '1000' | '2000' | '3000'

interface SubOptions {
  readonly login: string
  /** Default `'1000'`. */
  readonly plan?: Plan | undefined
  readonly text?: string | undefined
}

interface GiftOptions extends SubOptions {
  readonly recipient: { readonly id: string; readonly login: string; readonly displayName: string }
  /** Months the recipient has been subscribed in all. */
  readonly months?: number | undefined
  /** Ties the gifts of one `submysterygift` together. */
  readonly communityGiftId?: string | undefined
}

interface ManyGiftsOptions extends SubOptions {
  readonly count: number
  /** Gifts ever given in the channel. Default `count`. */
  readonly total?: number | undefined
  readonly communityGiftId?: string | undefined
}

const login = needed(text)
const gifter = needed(text)
const SUB: Shape<SubOptions> = { login, plan: oneOf('Prime', '1000', '2000', '3000'), text }
const RECIPIENT: Shape<GiftOptions['recipient']> = { id: needed(text), login, displayName: needed(text) }
const recipient = needed(objectOf('The recipient', RECIPIENT))
const ANONYMOUS_GIFT: Shape<Omit<GiftOptions, 'login'>> = {
  recipient,
  plan: SUB.plan,
  text,
  months: amount,
  communityGiftId: text,
}

/** What the options of each kind hold. */
const SHAPES: { readonly [Kind in keyof typeof userNotices]: Shape<Parameters<(typeof userNotices)[Kind]>[0]> } = {
  sub: SUB,
  resub: { ...SUB, months: needed(amount), streak: amount },
  subgift: { login, ...ANONYMOUS_GIFT },
  anonymousSubgift: ANONYMOUS_GIFT,
  submysterygift: { ...SUB, count: needed(amount), total: amount, communityGiftId: text },
  giftpaidupgrade: { login, gifter },
  anongiftpaidupgrade: { login },
  primepaidupgrade: SUB,
  rewardgift: { login, count: needed(amount) },
  standardpayforward: { ...SUB, recipient, gifter },
  communitypayforward: { login, gifter },
  extendsub: { ...SUB, months: needed(amount), endMonth: needed(amount) },
  raid: { login, displayName: text, viewers: needed(amount) },
  unraid: { login },
  announcement: { login, text: needed(text), color: oneOf('PRIMARY', 'BLUE', 'GREEN', 'ORANGE', 'PURPLE') },
  bitsbadgetier: { login, threshold: needed(amount), text },
  viewermilestone: { login, streams: needed(amount), text },
  modiversary: { login, months: needed(amount) },
  ritual: { login, text: needed(text) },
  charitydonation: { login, charity: needed(text), amount: needed(amount), currency: text },
  socialsharingbadge: { login, level: needed(amount) },
}

const anonymousGifter = { login: 'ananonymousgifter', 'display-name': 'AnAnonymousGifter', 'user-id': '274598607' }

/**
 * Makes USERNOTICEs of every kind that Twitch is known to send, under their `msg-id`. Each throws a `TypeError` for an option
 * that it does not have.
 *
 * @see https://dev.twitch.tv/docs/chat/irc/#usernotice-tags
 */
export const userNotices = {
  sub(options: SubOptions): UserNotice {
    check('userNotices.sub()', options, SHAPES.sub)
    const { login, plan = '1000', text } = options
    return {
      msgId: 'sub',
      login,
      text,
      systemMessage: `${login} subscribed ${plan === 'Prime' ? 'with Prime' : `at Tier ${plan[0]}`}.`,
      params: { ...subParams(1), ...planParams(plan) },
    }
  },

  /** `streak`: months in a row, where the user shows them. */
  resub(options: SubOptions & { readonly months: number; readonly streak?: number | undefined }): UserNotice {
    check('userNotices.resub()', options, SHAPES.resub)
    const { login, plan = '1000', months, streak, text } = options
    const how = plan === 'Prime' ? 'with Prime' : `at Tier ${plan[0]}`
    const shown = streak === undefined ? '' : `, currently on a ${streak} month streak`
    return {
      msgId: 'resub',
      login,
      text,
      systemMessage: `${login} subscribed ${how}. They've subscribed for ${months} months${shown}!`,
      params: { ...subParams(months, streak), ...planParams(plan) },
    }
  },

  subgift(options: GiftOptions): UserNotice {
    check('userNotices.subgift()', options, SHAPES.subgift)
    const { login, plan = '1000', recipient, months = 1, communityGiftId } = options
    return {
      msgId: 'subgift',
      login,
      systemMessage: `${login} gifted a Tier ${plan[0]} sub to ${recipient.displayName}!`,
      params: { ...giftParams(recipient, months, communityGiftId), ...planParams(plan) },
    }
  },

  /** A gift without a name comes from an account that Twitch keeps for it. */
  anonymousSubgift(options: Omit<GiftOptions, 'login'>): UserNotice {
    check('userNotices.anonymousSubgift()', options, SHAPES.anonymousSubgift)
    const { plan = '1000', recipient, months = 1, communityGiftId } = options
    return {
      msgId: 'subgift',
      login: anonymousGifter.login,
      systemMessage: `An anonymous user gifted a Tier ${plan[0]} sub to ${recipient.displayName}!`,
      params: { ...giftParams(recipient, months, communityGiftId), ...planParams(plan), 'fun-string': 'FunStringOne' },
      tags: anonymousGifter,
    }
  },

  submysterygift(options: ManyGiftsOptions): UserNotice {
    check('userNotices.submysterygift()', options, SHAPES.submysterygift)
    const { login, plan = '1000', count, total = count, communityGiftId = '7310524088' } = options
    return {
      msgId: 'submysterygift',
      login,
      systemMessage: `${login} is gifting ${count} Tier ${plan[0]} Subs to the community! They've gifted a total of ${total} in the channel!`,
      params: {
        'community-gift-id': communityGiftId,
        'mass-gift-count': String(count),
        'origin-id': communityGiftId,
        'sender-count': String(total),
        'sub-plan': plan,
      },
    }
  },

  giftpaidupgrade(options: { readonly login: string; readonly gifter: string }): UserNotice {
    check('userNotices.giftpaidupgrade()', options, SHAPES.giftpaidupgrade)
    const { login, gifter } = options
    return {
      msgId: 'giftpaidupgrade',
      login,
      systemMessage: `${login} is continuing the Gift Sub they got from ${gifter}!`,
      params: { 'sender-login': gifter.toLowerCase(), 'sender-name': gifter },
    }
  },

  anongiftpaidupgrade(options: { readonly login: string }): UserNotice {
    check('userNotices.anongiftpaidupgrade()', options, SHAPES.anongiftpaidupgrade)
    const { login } = options
    return {
      msgId: 'anongiftpaidupgrade',
      login,
      systemMessage: `${login} is continuing the Gift Sub they got from an anonymous user!`,
    }
  },

  primepaidupgrade(options: SubOptions): UserNotice {
    check('userNotices.primepaidupgrade()', options, SHAPES.primepaidupgrade)
    const { login, plan = '1000' } = options
    return {
      msgId: 'primepaidupgrade',
      login,
      systemMessage: `${login} converted from a Prime sub to a Tier ${plan[0]} sub!`,
      params: { 'sub-plan': plan },
    }
  },

  rewardgift(options: { readonly login: string; readonly count: number }): UserNotice {
    check('userNotices.rewardgift()', options, SHAPES.rewardgift)
    const { login, count } = options
    return {
      msgId: 'rewardgift',
      login,
      systemMessage: `${login}'s Cheer shared rewards to ${count} others in Chat!`,
      params: {
        domain: 'rewards',
        'selected-count': String(count),
        'total-reward-count': String(count),
        'trigger-type': 'CHEER',
      },
    }
  },

  standardpayforward(
    options: Omit<GiftOptions, 'months' | 'communityGiftId'> & { readonly gifter: string },
  ): UserNotice {
    check('userNotices.standardpayforward()', options, SHAPES.standardpayforward)
    const { login, gifter, recipient } = options
    return {
      msgId: 'standardpayforward',
      login,
      systemMessage: `${login} is paying forward the Gift they got from ${gifter} to ${recipient.displayName}!`,
      params: {
        ...priorGifter(gifter),
        'recipient-display-name': recipient.displayName,
        'recipient-id': recipient.id,
        'recipient-user-name': recipient.login,
      },
    }
  },

  communitypayforward(options: { readonly login: string; readonly gifter: string }): UserNotice {
    check('userNotices.communitypayforward()', options, SHAPES.communitypayforward)
    const { login, gifter } = options
    return {
      msgId: 'communitypayforward',
      login,
      systemMessage: `${login} is paying forward the Gift they got from ${gifter} to the community!`,
      params: priorGifter(gifter),
    }
  },

  extendsub(options: SubOptions & { readonly months: number; readonly endMonth: number }): UserNotice {
    check('userNotices.extendsub()', options, SHAPES.extendsub)
    const { login, plan = '1000', months, endMonth } = options
    return {
      msgId: 'extendsub',
      login,
      systemMessage: `${login} extended their Tier ${plan[0]} subscription!`,
      params: { 'cumulative-months': String(months), 'sub-benefit-end-month': String(endMonth), 'sub-plan': plan },
    }
  },

  raid(options: {
    readonly login: string
    readonly displayName?: string | undefined
    readonly viewers: number
  }): UserNotice {
    check('userNotices.raid()', options, SHAPES.raid)
    const { login, displayName = login, viewers } = options
    return {
      msgId: 'raid',
      login,
      systemMessage: `${viewers} raiders from ${displayName} have joined!`,
      params: {
        displayName,
        login,
        profileImageURL: `https://static-cdn.jtvnw.net/jtv_user_pictures/${login}-profile_image-%s.png`,
        viewerCount: String(viewers),
      },
    }
  },

  unraid(options: { readonly login: string }): UserNotice {
    check('userNotices.unraid()', options, SHAPES.unraid)
    return { msgId: 'unraid', login: options.login, systemMessage: 'The raid has been canceled.' }
  },

  announcement(options: {
    readonly login: string
    readonly text: string
    /** Default `'PRIMARY'`. */
    readonly color?: 'PRIMARY' | 'BLUE' | 'GREEN' | 'ORANGE' | 'PURPLE' | undefined
  }): UserNotice {
    check('userNotices.announcement()', options, SHAPES.announcement)
    const { login, text, color = 'PRIMARY' } = options
    return { msgId: 'announcement', login, text, systemMessage: '', params: { color } }
  },

  bitsbadgetier(options: {
    readonly login: string
    readonly threshold: number
    readonly text?: string | undefined
  }): UserNotice {
    check('userNotices.bitsbadgetier()', options, SHAPES.bitsbadgetier)
    const { login, threshold, text } = options
    return {
      msgId: 'bitsbadgetier',
      login,
      text,
      systemMessage: 'bits badge tier notification',
      params: { threshold: String(threshold) },
    }
  },

  viewermilestone(options: {
    readonly login: string
    readonly streams: number
    readonly text?: string | undefined
  }): UserNotice {
    check('userNotices.viewermilestone()', options, SHAPES.viewermilestone)
    const { login, streams, text } = options
    return {
      msgId: 'viewermilestone',
      login,
      text,
      systemMessage: `${login} watched ${streams} consecutive streams and sparked a watch streak!`,
      params: { category: 'watch-streak', copoReward: '350', id: `streak-${login}-${streams}`, value: String(streams) },
    }
  },

  modiversary(options: { readonly login: string; readonly months: number }): UserNotice {
    check('userNotices.modiversary()', options, SHAPES.modiversary)
    const { login, months } = options
    return {
      msgId: 'modiversary',
      login,
      systemMessage: `${login} has been a moderator for ${months} months!`,
      params: { months: String(months) },
    }
  },

  ritual(options: { readonly login: string; readonly text: string }): UserNotice {
    check('userNotices.ritual()', options, SHAPES.ritual)
    const { login, text } = options
    return {
      msgId: 'ritual',
      login,
      text,
      systemMessage: `@${login} is new here. Say hello!`,
      params: { 'ritual-name': 'new_chatter' },
    }
  },

  /** `amount` in minor units of the currency. */
  charitydonation(options: {
    readonly login: string
    readonly charity: string
    readonly amount: number
    readonly currency?: string | undefined
  }): UserNotice {
    check('userNotices.charitydonation()', options, SHAPES.charitydonation)
    const { login, charity, amount, currency = 'USD' } = options
    return {
      msgId: 'charitydonation',
      login,
      systemMessage: `${login}: Donated ${currency} ${(amount / 100).toFixed(2)} to support ${charity}`,
      params: {
        'charity-name': charity,
        'donation-amount': String(amount),
        'donation-currency': currency,
        exponent: '2',
      },
    }
  },

  socialsharingbadge(options: { readonly login: string; readonly level: number }): UserNotice {
    check('userNotices.socialsharingbadge()', options, SHAPES.socialsharingbadge)
    const { login, level } = options
    return {
      msgId: 'socialsharingbadge',
      login,
      systemMessage: `${login} just earned a new Clips Sharing badge!`,
      params: { 'current-badge-level': String(level) },
    }
  },
}

function subParams(months: number, streak?: number): Tags {
  return {
    'cumulative-months': String(months),
    months: '0',
    'multimonth-duration': '1',
    'multimonth-tenure': '0',
    'should-share-streak': streak === undefined ? '0' : '1',
    ...(streak === undefined ? {} : { 'streak-months': String(streak) }),
    'was-gifted': 'false',
  }
}

function giftParams(recipient: GiftOptions['recipient'], months: number, communityGiftId: string | undefined): Tags {
  return {
    'gift-months': '1',
    months: String(months),
    'origin-id': communityGiftId ?? '7310524088',
    'recipient-display-name': recipient.displayName,
    'recipient-id': recipient.id,
    'recipient-user-name': recipient.login,
    'sender-count': '0',
    ...(communityGiftId === undefined ? {} : { 'community-gift-id': communityGiftId }),
  }
}

function planParams(plan: Plan): Tags {
  return {
    'sub-plan': plan,
    'sub-plan-name': plan === 'Prime' ? 'Prime Gaming' : `Channel Subscription (Tier ${plan[0]})`,
  }
}

function priorGifter(gifter: string): Tags {
  return {
    'prior-gifter-anonymous': 'false',
    'prior-gifter-display-name': gifter,
    'prior-gifter-user-name': gifter.toLowerCase(),
  }
}
