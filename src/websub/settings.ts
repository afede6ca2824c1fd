// What can be configured of WebSub.
import * as v from 'valibot';
import { count, key } from '../config-parts.ts';

/** A hub's address may have a query (WebSub §4), but nothing that would be a secret or is not sent. */
const hubUrl = v.pipe(
  v.string(),
  v.check((text) => {
    const url = URL.parse(text);
    return (
      url !== null &&
      /^https?:$/.test(url.protocol) &&
      !/[#]/.test(url.href) &&
      `${url.username}${url.password}` === ''
    );
  }, 'must be the http(s) address of a hub'),
);

export const WEBSUB_SCHEMA = v.strictObject({
  hub: key(
    v.boolean(),
    false,
    'Be the feeds’ own hub, at BASE/hub: subscribers are sent what is new at once. Needs a baseUrl that they reach.',
  ),
  hubs: key(v.array(hubUrl), [], 'Addresses of other hubs to name in the feeds and to tell of changes.'),
  allowPrivateCallbacks: key(
    v.boolean(),
    false,
    'Whether subscribers may be on this machine or in a private network. Anybody can then have it send requests there.',
  ),
  subscribersMax: key(count(1, 1_000_000), 10_000, 'How many subscriptions the hub takes in all …'),
  subscribersPerHostMax: key(
    count(1, 1_000_000),
    100,
    '… and from one host, with all names below its registrable domain.',
  ),
});

export type WebSubSettings = v.InferOutput<typeof WEBSUB_SCHEMA>;
