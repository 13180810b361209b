/**
 * What Twitch answers, written down by hand from its documentation and from lines that were seen.
 *
 * `bar> line` is sent by the client bar, `bar< line` is the next line it must get; a client starts with its first line.
 * `* wait 1000` lets milliseconds pass, `* bar is closed with 1006` says how a connection has ended. At the end no client has got
 * anything more.
 */
export const transcripts: Readonly<Record<string, string>> = {
  'a login with all capabilities': `
    bar> CAP REQ :twitch.tv/membership twitch.tv/tags twitch.tv/commands
    bar< :tmi.twitch.tv CAP * ACK :twitch.tv/membership twitch.tv/tags twitch.tv/commands
    bar> PASS oauth:token-twitchdev
    bar> NICK twitchdev
    bar< :tmi.twitch.tv 001 twitchdev :Welcome, GLHF!
    bar< :tmi.twitch.tv 002 twitchdev :Your host is tmi.twitch.tv
    bar< :tmi.twitch.tv 003 twitchdev :This server is rather new
    bar< :tmi.twitch.tv 004 twitchdev :-
    bar< :tmi.twitch.tv 375 twitchdev :-
    bar< :tmi.twitch.tv 372 twitchdev :You are in a maze of twisty passages, all alike.
    bar< :tmi.twitch.tv 376 twitchdev :>
    bar< @badge-info=;badges=;color=;display-name=TwitchDev;emote-sets=0,300374282;user-id=141981764;user-type= :tmi.twitch.tv GLOBALUSERSTATE`,

  'a login without capabilities': `
    bar> PASS oauth:token-bar
    bar> NICK bar
    bar< :tmi.twitch.tv 001 bar :Welcome, GLHF!
    bar< :tmi.twitch.tv 002 bar :Your host is tmi.twitch.tv
    bar< :tmi.twitch.tv 003 bar :This server is rather new
    bar< :tmi.twitch.tv 004 bar :-
    bar< :tmi.twitch.tv 375 bar :-
    bar< :tmi.twitch.tv 372 bar :You are in a maze of twisty passages, all alike.
    bar< :tmi.twitch.tv 376 bar :>
    bar> JOIN #twitchdev
    bar< :bar!bar@bar.tmi.twitch.tv JOIN #twitchdev
    bar< :bar.tmi.twitch.tv 353 bar = #twitchdev :bar
    bar< :bar.tmi.twitch.tv 366 bar #twitchdev :End of /NAMES list`,

  'a name taken from the token': `
    bar> pass oauth:token-bar
    bar> PASS oauth:token-ronni
    bar> nick justinfan123456
    bar< :tmi.twitch.tv 001 bar :Welcome, GLHF!
    bar< :tmi.twitch.tv 002 bar :Your host is tmi.twitch.tv
    bar< :tmi.twitch.tv 003 bar :This server is rather new
    bar< :tmi.twitch.tv 004 bar :-
    bar< :tmi.twitch.tv 375 bar :-
    bar< :tmi.twitch.tv 372 bar :You are in a maze of twisty passages, all alike.
    bar< :tmi.twitch.tv 376 bar :>`,

  'an anonymous reader': `
    fan> CAP REQ :twitch.tv/tags twitch.tv/commands
    fan< :tmi.twitch.tv CAP * ACK :twitch.tv/tags twitch.tv/commands
    fan> PASS SCHMOOPIIE
    fan> NICK justinfan77
    fan< :tmi.twitch.tv 001 justinfan77 :Welcome, GLHF!
    fan< :tmi.twitch.tv 002 justinfan77 :Your host is tmi.twitch.tv
    fan< :tmi.twitch.tv 003 justinfan77 :This server is rather new
    fan< :tmi.twitch.tv 004 justinfan77 :-
    fan< :tmi.twitch.tv 375 justinfan77 :-
    fan< :tmi.twitch.tv 372 justinfan77 :You are in a maze of twisty passages, all alike.
    fan< :tmi.twitch.tv 376 justinfan77 :>
    fan> JOIN #twitchdev
    fan< :justinfan77!justinfan77@justinfan77.tmi.twitch.tv JOIN #twitchdev
    fan< :justinfan77.tmi.twitch.tv 353 justinfan77 = #twitchdev :justinfan77
    fan< :justinfan77.tmi.twitch.tv 366 justinfan77 #twitchdev :End of /NAMES list
    fan< @emote-only=0;followers-only=-1;r9k=0;room-id=141981764;slow=0;subs-only=0 :tmi.twitch.tv ROOMSTATE #twitchdev
    fan> PRIVMSG #twitchdev :nobody hears me`,

  'a token that nobody knows': `
    bar> PASS oauth:nonsense
    bar> NICK bar
    bar< :tmi.twitch.tv NOTICE * :Login authentication failed
    bar> PING
    bar> NICK bar
    * wait 9999
    * bar is open
    * wait 1
    * bar is closed with 1006`,

  'a token without a scope for chat': `
    bar> PASS oauth:no-chat
    bar> NICK bar
    bar< :tmi.twitch.tv NOTICE * :Login authentication failed`,

  'an app token': `
    bar> PASS oauth:app
    bar> NICK bar
    bar< :tmi.twitch.tv NOTICE * :Login unsuccessful`,

  'a NICK before its PASS': `
    bar> NICK bar
    bar< :tmi.twitch.tv NOTICE * :Improperly formatted auth`,

  'a PASS without oauth:': `
    bar> PASS token-bar
    bar> NICK bar
    bar< :tmi.twitch.tv NOTICE * :Improperly formatted auth`,

  'a nick that is none': `
    bar> PASS oauth:token-bar
    bar> NICK b!r
    bar< :tmi.twitch.tv NOTICE * :Invalid NICK`,

  'capabilities that do not exist': `
    bar> CAP LS 302
    bar< :tmi.twitch.tv CAP * LS :twitch.tv/tags twitch.tv/commands twitch.tv/membership
    bar> CAP REQ :twitch.tv/foo
    bar< :tmi.twitch.tv CAP * NAK :twitch.tv/foo
    bar> CAP REQ :twitch.tv/tags twitch.tv/foo
    bar< :tmi.twitch.tv CAP * ACK :twitch.tv/tags
    bar< :tmi.twitch.tv CAP * NAK :twitch.tv/foo
    bar> CAP END
    bar> CAP
    bar< :tmi.twitch.tv 410 * * :Invalid CAP command`,

  'joining and parting': `
    * bar is logged in
    bar> JOIN #twitchdev,#foo
    bar< :bar!bar@bar.tmi.twitch.tv JOIN #twitchdev
    bar< :bar.tmi.twitch.tv 353 bar = #twitchdev :bar
    bar< :bar.tmi.twitch.tv 366 bar #twitchdev :End of /NAMES list
    bar< @badge-info=;badges=;color=;display-name=bar;emote-sets=0,300374282;mod=0;subscriber=0;user-type= :tmi.twitch.tv USERSTATE #twitchdev
    bar< @emote-only=0;followers-only=-1;r9k=0;room-id=141981764;slow=0;subs-only=0 :tmi.twitch.tv ROOMSTATE #twitchdev
    bar< :bar!bar@bar.tmi.twitch.tv JOIN #foo
    bar< :bar.tmi.twitch.tv 353 bar = #foo :bar
    bar< :bar.tmi.twitch.tv 366 bar #foo :End of /NAMES list
    bar< @badge-info=;badges=;color=;display-name=bar;emote-sets=0,300374282;mod=0;subscriber=0;user-type= :tmi.twitch.tv USERSTATE #foo
    bar< @emote-only=0;followers-only=-1;r9k=0;room-id=2;slow=0;subs-only=0 :tmi.twitch.tv ROOMSTATE #foo
    bar> JOIN #foo
    bar> PART #twitchdev,#foo
    bar< :bar!bar@bar.tmi.twitch.tv PART #twitchdev
    bar< :bar!bar@bar.tmi.twitch.tv PART #foo
    bar> PART #foo`,

  'channels that do not exist': `
    * bar is logged in
    bar> JOIN #nobody_has_this_name,nohash,#UPPER,#spa-ce`,

  talking: `
    * bar is in #foo
    * ronni is in #foo
    bar> @client-nonce=abc PRIVMSG #foo :Kappa 😂  Kappa 
    bar< @badge-info=;badges=;client-nonce=abc;color=;display-name=bar;emote-sets=0,300374282;id=id-1;mod=0;subscriber=0;user-type= :tmi.twitch.tv USERSTATE #foo
    ronni< @badge-info=;badges=;client-nonce=abc;color=;display-name=bar;emotes=25:0-4,8-12;first-msg=1;flags=;id=id-1;mod=0;returning-chatter=0;room-id=2;subscriber=0;tmi-sent-ts=1767225600000;turbo=0;user-id=1;user-type= :bar!bar@bar.tmi.twitch.tv PRIVMSG #foo :Kappa 😂 Kappa
    ronni> @reply-parent-msg-id=id-1 PRIVMSG #foo :LUL indeed
    ronni< @badge-info=;badges=;color=;display-name=ronni;emote-sets=0,300374282;id=id-2;mod=0;subscriber=0;user-type= :tmi.twitch.tv USERSTATE #foo
    bar< @badge-info=;badges=;color=;display-name=ronni;emotes=425618:5-7;first-msg=1;flags=;id=id-2;mod=0;reply-parent-display-name=bar;reply-parent-msg-body=Kappa\\s😂\\sKappa;reply-parent-msg-id=id-1;reply-parent-user-id=1;reply-parent-user-login=bar;reply-thread-parent-display-name=bar;reply-thread-parent-msg-id=id-1;reply-thread-parent-user-id=1;reply-thread-parent-user-login=bar;returning-chatter=0;room-id=2;subscriber=0;tmi-sent-ts=1767225600000;turbo=0;user-id=3;user-type= :ronni!ronni@ronni.tmi.twitch.tv PRIVMSG #foo :@bar LUL indeed
    * wait 1000
    bar> PRIVMSG #foo :/me sees Kappa
    bar< @badge-info=;badges=;color=;display-name=bar;emote-sets=0,300374282;id=id-3;mod=0;subscriber=0;user-type= :tmi.twitch.tv USERSTATE #foo
    ronni< @badge-info=;badges=;color=;display-name=bar;emotes=25:5-9;first-msg=0;flags=;id=id-3;mod=0;returning-chatter=0;room-id=2;subscriber=0;tmi-sent-ts=1767225601000;turbo=0;user-id=1;user-type= :bar!bar@bar.tmi.twitch.tv PRIVMSG #foo :\x01ACTION sees Kappa\x01
    * wait 1000
    bar> PRIVMSG #foo :Kappa Kappa
    bar< @badge-info=;badges=;color=;display-name=bar;emote-sets=0,300374282;id=id-4;mod=0;subscriber=0;user-type= :tmi.twitch.tv USERSTATE #foo
    ronni< @badge-info=;badges=;color=;display-name=bar;emote-only=1;emotes=25:0-4,6-10;first-msg=0;flags=;id=id-4;mod=0;returning-chatter=0;room-id=2;subscriber=0;tmi-sent-ts=1767225602000;turbo=0;user-id=1;user-type= :bar!bar@bar.tmi.twitch.tv PRIVMSG #foo :Kappa Kappa`,

  'commands that Twitch gave up': `
    * bar is in #foo
    bar> PRIVMSG #foo :/ban ronni
    bar< @msg-id=unrecognized_cmd :tmi.twitch.tv NOTICE #foo :Unrecognized command: /ban
    bar> PRIVMSG #foo :.timeout ronni 1
    bar< @msg-id=unrecognized_cmd :tmi.twitch.tv NOTICE #foo :Unrecognized command: .timeout`,

  'pings, and commands that do not exist': `
    * bar is logged in
    bar> PING
    bar< PONG :tmi.twitch.tv
    bar> PING asd
    bar< :tmi.twitch.tv PONG tmi.twitch.tv :asd
    bar> PING :a b
    bar< :tmi.twitch.tv PONG tmi.twitch.tv :a b
    bar> PING a b
    bar< :tmi.twitch.tv PONG tmi.twitch.tv :a
    bar> WHOWAS ronni
    bar< :tmi.twitch.tv 421 bar WHOWAS :Unknown command
    bar> toString
    bar< :tmi.twitch.tv 421 bar TOSTRING :Unknown command
    bar> USER bar 8 * :bar
    bar> MODE #foo
    bar> PASS oauth:token-ronni
    bar> QUIT
    * bar is closed with 1000`,

  'a second NICK': `
    * bar is logged in
    bar> NICK ronni
    * bar is closed with 1006`,
}
