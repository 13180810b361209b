import type { IrcMessage } from './irc-message.ts'
import { camelCase } from './messages.ts'

/** What happened, and what Twitch says of it. */
interface Notice<Kind extends string, Params extends object> {
  /** Its `msg-id`, or `'other'` for one that this version does not know. */
  readonly kind: Kind
  /** The `msg-param-*` tags, in camelCase: counts as numbers, flags as booleans, all else as sent. */
  readonly params: Params
}

export type SubPlan = 'Prime' | '1000' | '2000' | '3000'

interface SubParams {
  readonly cumulativeMonths?: number
  readonly shouldShareStreak?: boolean
  readonly streakMonths?: number
  readonly subPlan?: SubPlan
  readonly subPlanName?: string
  readonly multimonthDuration?: number
  readonly multimonthTenure?: number
  readonly wasGifted?: boolean
}

interface Recipient {
  readonly recipientId?: string
  readonly recipientUserName?: string
  readonly recipientDisplayName?: string
}

interface PriorGifter {
  readonly priorGifterAnonymous?: boolean
  readonly priorGifterId?: string
  readonly priorGifterUserName?: string
  readonly priorGifterDisplayName?: string
}

interface SubGiftParams extends Recipient {
  readonly months?: number
  readonly giftMonths?: number
  readonly subPlan?: SubPlan
  readonly subPlanName?: string
  readonly senderCount?: number
  readonly originId?: string
  /** Ties the gifts of one `submysterygift` together. */
  readonly communityGiftId?: string
}

/**
 * Every kind of USERNOTICE that Twitch is known to send; switch on `kind`.
 *
 * @see https://dev.twitch.tv/docs/chat/irc/#usernotice-tags
 */
export type UserNoticeContent =
  | Notice<'sub' | 'resub', SubParams>
  | Notice<'subgift' | 'anonsubgift', SubGiftParams>
  | Notice<
      'submysterygift' | 'anonsubmysterygift',
      {
        readonly massGiftCount?: number
        readonly senderCount?: number
        readonly originId?: string
        readonly communityGiftId?: string
        readonly subPlan?: SubPlan
      }
    >
  | Notice<
      'giftpaidupgrade' | 'anongiftpaidupgrade',
      {
        readonly senderLogin?: string
        readonly senderName?: string
        readonly promoName?: string
        readonly promoGiftTotal?: number
      }
    >
  | Notice<'primepaidupgrade', { readonly subPlan?: SubPlan }>
  | Notice<'standardpayforward', PriorGifter & Recipient>
  | Notice<'communitypayforward', PriorGifter>
  | Notice<
      'primecommunitygiftreceived',
      { readonly giftName?: string; readonly sender?: string; readonly recipient?: string }
    >
  | Notice<
      'extendsub',
      { readonly cumulativeMonths?: number; readonly subBenefitEndMonth?: number; readonly subPlan?: SubPlan }
    >
  | Notice<
      'rewardgift',
      {
        readonly domain?: string
        readonly triggerType?: string
        readonly triggerAmount?: number
        readonly selectedCount?: number
        readonly totalRewardCount?: number
      }
    >
  | Notice<
      'raid',
      {
        readonly displayName?: string
        readonly login?: string
        readonly viewerCount?: number
        /** Holds `%s` for the size, such as `70x70`. */
        readonly profileImageURL?: string
      }
    >
  | Notice<'unraid', object>
  | Notice<'announcement', { readonly color?: 'PRIMARY' | 'BLUE' | 'GREEN' | 'ORANGE' | 'PURPLE' }>
  | Notice<'bitsbadgetier', { readonly threshold?: number }>
  | Notice<
      'viewermilestone',
      { readonly category?: string; readonly id?: string; readonly value?: number; readonly copoReward?: number }
    >
  | Notice<'modiversary', { readonly months?: number }>
  | Notice<'ritual', { readonly ritualName?: string }>
  | Notice<
      'charitydonation',
      {
        readonly charityName?: string
        /** In minor units: `donationAmount / 10 ** exponent`. */
        readonly donationAmount?: number
        readonly donationCurrency?: string
        readonly exponent?: number
      }
    >
  | Notice<'socialsharingbadge', { readonly currentBadgeLevel?: number }>
  | Notice<'midnightsquid', Readonly<Record<string, string | number | boolean | undefined>>>
  /** A copy of another room's; `sourceMsgId` is its kind. */
  | Notice<'sharedchatnotice', Readonly<Record<string, string | number | boolean | undefined>>>
  | Notice<'other', Readonly<Record<string, string | number | boolean | undefined>>>

const KINDS =
  /^(sub|resub|subgift|anonsubgift|submysterygift|anonsubmysterygift|giftpaidupgrade|anongiftpaidupgrade|primepaidupgrade|standardpayforward|communitypayforward|primecommunitygiftreceived|extendsub|rewardgift|raid|unraid|announcement|bitsbadgetier|viewermilestone|modiversary|ritual|charitydonation|socialsharingbadge|midnightsquid|sharedchatnotice)$/

/** By name, since a user may well be called `123`. */
const NUMBER = /(months?|count|duration|tenure|threshold|level|total|amount|exponent|value|reward|contributions?)$/i
const BOOLEAN = /^(was-gifted|should-share-streak|anon-gift|prior-gifter-anonymous)$/

/**
 * What a USERNOTICE tells of: a subscription, a raid, an announcement.
 *
 * @example
 * chat.on('usernotice', (message) => {
 *   const { kind, params } = readUserNotice(message)
 *   if (kind === 'raid') console.log(`${message.displayName} brings ${params.viewerCount}`)
 * })
 */
export function readUserNotice({ irc }: { readonly irc: IrcMessage }): UserNoticeContent {
  const params: Record<string, string | number | boolean> = {}
  for (const [tag, value] of irc.tags) {
    if (!tag.startsWith('msg-param-')) continue
    const name = tag.slice(10)
    const key = camelCase(name)
    if (BOOLEAN.test(name)) params[key] = value === '1' || value === 'true'
    else params[key] = NUMBER.test(name) && /^-?\d{1,15}$/.test(value) ? Number(value) : value
  }
  const msgId = irc.tag('msg-id') ?? ''
  return { kind: KINDS.test(msgId) ? msgId : 'other', params } as UserNoticeContent
}
