import type { PartyRole } from '@aboveboard/consent/agreement';
import type { RulesRefusal } from '@aboveboard/consent/rules-state';
import type { WordLock } from '@aboveboard/protocol/guardian-word';
import type { SweepAlarm } from '../../retention/sweep-alarm.ts';
import type { DoneName } from '../last-done.ts';

/** Seconds since 1970, to the minute in UTC. */
export const when = (seconds: number): string =>
  `${new Date(seconds * 1000).toISOString().slice(0, 16).replace('T', ' ')} UTC`;

const ROLES: Readonly<Record<PartyRole, string>> = {
  employer: 'the employer',
  representative: 'the employees’ representative',
  'data-protection-officer': 'the data-protection officer',
};
const people = (roles: readonly PartyRole[]) => {
  const names = roles.map((role) => ROLES[role]);
  return names.length < 2 ? (names[0] ?? 'nobody') : `${names.slice(0, -1).join(', ')} and ${names.at(-1)}`;
};

type Done = {
  agreed: string;
  never: string;
  late: (at: string) => string;
  fine: (at: string) => string;
  todo: string;
};

/** Every sentence about controls: for the page, the command and whoever translates. */
export const text = {
  unchecked: {
    found: 'This could not be checked just now, so it counts as not in order.',
    todo: 'Try again. If it stays so, ask the operator to look at the server’s log.',
  },
  rules: {
    agreed: 'Nothing is recorded unless all parties have signed the rules, and the rules are in force.',
    holds: (version: number, parties: readonly PartyRole[], until: string) =>
      `Version ${version} is in force until ${until}. It is signed by ${people(parties)}.`,
    none: 'There is no agreement yet.',
    noneTodo: 'Write a draft, and sign it. Until all parties have signed nothing is recorded.',
    over: (day: string) => `The agreement ended on ${day}. Nothing is recorded.`,
    overTodo: 'Sign a new version if recording is to go on.',
    early: (day: string) => `The agreement begins on ${day}. Nothing is recorded before.`,
    earlyTodo: 'Wait for that day, or sign another version.',
    refused: {
      unsigned: 'Signatures are missing. Nothing is recorded.',
      revoked: 'A party took its signature back. Nothing is recorded.',
      suspended: 'A party stopped all recording.',
      objected: 'So many people objected that recording stopped, as was agreed.',
    } satisfies Record<RulesRefusal, string>,
    refusedTodo: {
      unsigned: 'Read the version that waits, and sign it or say why not.',
      revoked: 'Talk with that party. To go on, all sign a new version.',
      suspended: 'Talk with that party. To go on, all sign a new version.',
      objected: 'Talk with the employees. To go on, all sign a new version.',
    } satisfies Record<RulesRefusal, string>,
  },
  log: {
    agreed: {
      rules: 'Witnesses sign the log of the rules, so that nobody is shown another history of it.',
      uses: 'Witnesses sign the log of uses, so that no reading can be left out afterwards.',
    },
    nobody: 'No witness is asked. Whoever runs the server could show different people different logs.',
    nobodyTodo: 'The operator names the guardian’s witness in the file log-policy.',
    none: 'The witnesses have not signed this log yet.',
    stale: (at: string) => `The witnesses signed it last on ${at}: that is more than two hours ago.`,
    ahead: (at: string) => `A witness says that it signed on ${at}, which is yet to come: a clock is wrong.`,
    aheadTodo: 'Compare the clocks of the server and of the guardian.',
    todo: 'Look whether the guardian runs and reaches the server. Readings wait until it signs again.',
    fresh: (n: number, at: string) =>
      `${n === 1 ? 'One witness key' : `${n} witness keys`} signed it, the oldest that is needed on ${at}.`,
  },
  guardian: {
    agreed:
      'Half of every key is with the representative’s guardian. Without it nothing that was released can be opened.',
    none: 'This installation has no guardian of its own: both halves of every key are with the server.',
    noneTodo:
      'The representative sets up a guardian, and the operator names it in the file guardian-address.',
    open: 'The guardian answers, and gives halves under grants that it has checked itself. It signed this answer just now.',
    locked: {
      representative: 'The representative has locked it. Nothing can be opened.',
      probe: 'It locked itself, because its probe found an open door. Nothing can be opened.',
      restore: 'It was restored from a backup and is locked until the representative has compared.',
      'hand-over': 'It is locked because of a hand-over.',
    } satisfies Record<WordLock, string>,
    todo: {
      representative: 'The representative unlocks it on the guardian’s own page, if she wants to.',
      probe:
        'The operator closes the door. Then the representative, and nobody else, unlocks it on the guardian’s page.',
      restore: 'The representative compares, as the ceremony says, and unlocks it.',
      'hand-over': 'The representative ends the ceremony, and unlocks it.',
    } satisfies Record<WordLock, string>,
  },
  probe: {
    agreed:
      'Every five minutes the guardian tries every door of this server as nobody, as each role that may not pass, and with sessions that were replayed, stolen or ended. If one opens, it locks.',
    none: 'Nobody tries the doors: there is no guardian.',
    notYet: 'The guardian has not tried the doors since it was started.',
    notYetTodo: 'Wait five minutes. If it stays so, restart the guardian.',
    found: (n: number, doors: readonly string[], at: string) =>
      `On ${at} ${n === 1 ? 'one try' : `${n} tries`} did not end as it should${doors.length > 0 ? `: ${doors.join(', ')}` : ''}.`,
    foundTodo: 'The operator closes what is open. Then the representative unlocks the guardian.',
    lacking: (n: number | null) =>
      n === null
        ? 'The guardian does not say whether it tries the doors as each role: it is older than this server.'
        : `The guardian has no account that this server takes for ${n === 1 ? 'one of the roles' : `${n} of the roles`}, so their doors were not tried.`,
    lackingTodo:
      'The operator runs "aboveboard staff invite --probe" and hands the lines to the representative, who enters them on the guardian’s page.',
    unanswered: (n: number, at: string) =>
      `On ${at} ${n === 1 ? 'one try' : `${n} tries`} had no answer, so nothing is known of what is behind.`,
    unansweredTodo: 'Look whether the server was busy or stopped then, and whether the guardian reaches it.',
    late: (at: string) => `The doors were tried last on ${at}: that is more than a quarter of an hour ago.`,
    lateTodo: 'Look whether the guardian runs and reaches the server.',
    fine: (n: number, at: string) => `On ${at} it tried ${n} times, and every door was closed.`,
  },
  vault: {
    agreed: 'The vault keeps the other half of every key, apart from the server.',
    own: 'It is a process of its own, and answers. It does not start while core dumps are on.',
    within: 'It answers, but within the server: who breaks into the server has these halves too.',
    todo: 'The operator runs “aboveboard vault” under a user of its own (see the operating guide).',
  },
  retention: {
    agreed: 'What was kept as long as was agreed is erased.',
    fine: (at: string) => `The last sweep ended on ${at}, and nothing that is over its time was left.`,
    alarm: {
      never: 'No sweep has ended yet.',
      late: 'No sweep has ended in the last day, or a clock was set back.',
      failed: 'The last sweep was not through.',
      unplaced: 'There are recordings of which no agreement says how long they may be kept.',
    } satisfies Record<SweepAlarm, string>,
    todo: {
      never: 'The operator restarts the server and looks at its log.',
      late: 'The operator looks at the server’s clock and log.',
      failed: 'The operator looks at the server’s log. It is tried again every hour.',
      unplaced: 'Decide together what is to become of them. They stay until then.',
    } satisfies Record<SweepAlarm, string>,
  },
  releases: {
    agreed: 'Whoever has a release from which something was erased is told, and deletes it.',
    fine: 'Nobody is late with saying that a superseded release is deleted.',
    late: 'Somebody who was asked to delete a superseded release has not said in time that it is deleted.',
    lateTodo: 'The page “Releases” says which account. Talk to that researcher; the employer answers for it.',
    untold: 'A release is superseded, and those who have it were not told yet.',
    untoldTodo: 'It is tried again every hour. Look whether the witnesses answer.',
  },
  walls: {
    agreed: 'The database itself keeps rows apart, also if the rules for access were wrong.',
    fine: 'Every table has its wall, and the server’s connection owns none of them. Asked of the database just now.',
    open: (tables: readonly string[]) => `Tables without a wall: ${tables.join(', ')}.`,
    owner: 'The server’s connection may pass the walls.',
    todo: 'The operator restarts the server, which puts the walls up again. If that does not help, stop it.',
  },
  durability: {
    agreed: 'What the server says is written outlives a power cut: no entry of a log is lost.',
    fine: 'The database writes to disk before it answers. Asked of it just now.',
    off: 'The database answers before it has written to disk.',
    todo: 'The operator switches fsync and full_page_writes on.',
  },
  certificate: {
    agreed: 'The server’s certificate is good, and is renewed before it ends.',
    none: 'The server listens on its own computer only and needs no certificate there.',
    fine: (at: string) => `The certificate that the server shows is good until ${at}.`,
    soon: (at: string) =>
      `The certificate that the server shows ends on ${at}: that is in less than 30 days.`,
    over: (at: string) => `The certificate that the server shows ended on ${at}.`,
    early: (at: string) => `The certificate that the server shows is good from ${at} only.`,
    todo: 'The operator gives the server a new certificate. Without one, browsers and recorders do not connect.',
  },
  guardianBackup: {
    agreed:
      'A guardian that is lost comes back from a sealed backup, which the people with shares open together.',
    unsaid: 'The guardian does not say when its last backup was made: it is older than this server.',
    unsaidTodo: 'The representative brings the guardian up to date.',
    never:
      'No sealed backup was made of the guardian. If it is lost, nothing that was released opens any more.',
    late: (at: string) =>
      `The guardian says that its last backup was made on ${at}: that is more than a week ago.`,
    fine: (at: string) =>
      `The guardian says that its last backup was made on ${at}. Whether it is still there is not known here.`,
    todo: 'The representative makes one every week, as the ceremony says: “aboveboard recovery backup”.',
  },
  notices: {
    agreed: 'After a breach each contributor’s recorder gets its notice.',
    none: 'No notices lie here.',
    fetched: 'Recorders have come for the notices that lie here, or have had less than two days for it.',
    lie: 'Notices lie here for more than two days, and no recorder has come for them.',
    todo: 'The representative looks whether her relay runs, and tells everybody on paper until it does.',
  },
  reminders: {
    agreed: 'Who is to be told by mail that something waits is told.',
    none: 'No address is entered: what waits shows here alone.',
    fine: 'The last mail to each address that is entered went out.',
    failed: {
      'no-answer': 'The last mail did not go out: the mail server did not answer.',
      refused: 'The last mail did not go out: the mail server refused it.',
      'no-tls': 'The last mail did not go out: the mail server offers no encryption.',
      certificate: 'The last mail did not go out: the mail server’s certificate is not to be believed.',
      outside: 'The last mail did not go out: the mail server is not inside the organisation’s networks.',
      unsure: 'Whether the last mail went out is not known.',
    },
    failedTodo:
      'The operator tries “aboveboard reminders --try” and mends reminders.json or the mail server. Until then open this page.',
    unreadable: 'What is entered for mails can not be relied on, and nobody is told.',
    unreadableTodo: 'The operator runs “aboveboard reminders”, which says what is wrong with reminders.json.',
  },
  holds: {
    agreed: 'What somebody wants erased is kept no longer than a legal hold that is in force.',
    none: 'No erasure waits for a legal hold.',
    waits: 'Erasures wait, each for a legal hold that is in force.',
    over: 'An erasure waits although the legal hold that it waited for is over.',
    todo: 'The server carries it out within an hour of the end. If it has not by then, the operator looks why the sweep did not.',
  },
  listening: {
    agreed: 'What goes over a network is encrypted.',
    tls: 'The server listens with TLS.',
    loopback: 'The server listens on its own computer only.',
    open: 'The server listens beyond its own computer without TLS.',
    openTodo: 'The operator stops it and gives it a certificate.',
    off: 'The server does not run.',
    offTodo: 'The operator starts it.',
  },
  pagePolicy: {
    agreed: 'Pages run scripts of this server only, and send nothing elsewhere.',
    fine: 'The server’s answer says so to every browser. Asked just now.',
    weak: 'The server’s answer allows more than was agreed.',
    todo: 'The operator compares the program with the one that was agreed, and looks at proxies in front of it.',
  },
  coreDumps: {
    agreed: 'A crash leaves no copy of the server’s memory on the disk.',
    off: 'Core dumps of the server are off.',
    on: 'Core dumps of the server are on: a crash could write keys of an opening to the disk.',
    todo: 'The operator starts the server with core dumps off: “ulimit -c 0”, or LimitCORE=0 in its unit.',
  },
  done: {
    'data-backup': {
      agreed: 'A lost disk does not lose what people released.',
      never: 'No backup of the data was made of this folder.',
      late: (at) => `The last backup of the data was made on ${at}: that is more than two days ago.`,
      fine: (at) =>
        `The last backup of the data was made on ${at}. Whether it is still there is not known here.`,
      todo: 'The operator runs “aboveboard backup” every night.',
    },
    'keys-backup': {
      agreed: 'The vault’s keys are backed up apart from the data, and old copies are destroyed.',
      never: 'No backup of the keys was made of this folder.',
      late: (at) => `The last backup of the keys was made on ${at}: that is more than two days ago.`,
      fine: (at) =>
        `The last backup of the keys was made on ${at}. Copies elsewhere are to be destroyed on the day that receipts name.`,
      todo: 'The operator runs “aboveboard backup --keys” every night.',
    },
    'vault-backup': {
      agreed: 'The vault’s halves are backed up by the vault’s own user, and old copies are destroyed.',
      never:
        'The vault says that no backup of it was made. If it is lost, nothing that was released opens any more.',
      late: (at) => `The vault says that its last backup was made on ${at}: that is more than two days ago.`,
      fine: (at) =>
        `The vault says that its last backup was made on ${at}. Whether it is still there is not known here.`,
      todo: 'The vault’s user runs “aboveboard backup --vault” every night.',
      within: 'The vault is within the server here: its halves go with the backup of the keys.',
    },
    'erasure-drill': {
      agreed: 'It is tried again and again that what was erased does not open, also from old backups.',
      never: 'Something was erased here, and the drill was never run.',
      late: (at) => `The drill was run last on ${at}: that is more than three months ago.`,
      fine: (at) => `The drill was run on ${at}, and nothing erased was still here.`,
      todo: 'The operator runs “aboveboard drill erasure” with the oldest backups of keys.',
      nothing: 'Nothing was erased here yet, so there is nothing to try.',
    },
  } satisfies Record<DoneName, Done> & {
    'erasure-drill': { nothing: string };
    'vault-backup': { within: string };
  },
  waits: {
    version: (n: number) => `Version ${n} of the agreement waits for your signature.`,
    versionBecause: 'On that day the version in force ends.',
    versionNow: 'No version is in force, and nothing is recorded until all have signed.',
    expiry: (n: number) =>
      `Version ${n} of the agreement ends. Recording stops then unless a new one is signed.`,
    expiryBecause: 'The agreement says so itself.',
    grant: 'Somebody asks to read recordings, and waits for your answer.',
    hold: 'A legal hold was asked for, and waits for your answer.',
    answerBecause: 'What is not answered within 14 days is refused.',
    lock: 'The guardian’s probe found an open door and locked. When it is closed, unlock it on the guardian’s page.',
    lockBecause: 'Nothing can be opened before.',
    erasure: 'Something was erased here and the guardian has not confirmed that its half is gone.',
    erasureBecause: 'It is asked again every hour; see that it can be reached.',
    backup: {
      'data-backup': 'A backup of the data is due.',
      'keys-backup': 'A backup of the keys is due.',
      'vault-backup': 'A backup of the vault is due.',
      'erasure-drill': 'The drill of erasure is due.',
    } satisfies Record<DoneName, string>,
    backupBecause: 'The operating guide says how often.',
  },
} as const;
