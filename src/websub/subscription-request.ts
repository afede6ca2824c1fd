// What a subscriber asks of the hub: a form → a request, or why it is none (WebSub §5.1).

export interface SubscriptionRequest {
  readonly mode: 'subscribe' | 'unsubscribe';
  /** As it was given. */
  readonly topic: string;
  readonly callback: URL;
  /** s */
  readonly leaseSeconds: number;
  readonly secret: string | null;
}

export type ReadRequest =
  | { readonly kind: 'request'; readonly request: SubscriptionRequest }
  | { readonly kind: 'refused'; readonly why: string };

const DAY_SECONDS = 86_400;
/** What the recommendation suggests (§5.1). */
const LEASE_SECONDS = 10 * DAY_SECONDS;
/** So that nobody has the hub ask for intent all the time … */
const LEASE_SECONDS_MIN = 3_600;
/** … and what nobody wants any longer goes. */
const LEASE_SECONDS_MAX = 30 * DAY_SECONDS;
/** §5.1: less than 200. bytes */
const SECRET_BYTES_MAX = 199;
/** Longer ones are not carried everywhere (RFC 9110 §4.1 asks for 8,000 with everything). characters */
const CALLBACK_LENGTH_MAX = 2_048;

const PARAMETERS = ['mode', 'topic', 'callback', 'lease_seconds', 'secret'] as const;
type Parameters = Readonly<Record<(typeof PARAMETERS)[number], string>>;

/** @param form as `application/x-www-form-urlencoded`; parameters that are not known are ignored (§5.1) */
export function readSubscriptionRequest(form: string): ReadRequest {
  const fields = new URLSearchParams(form);
  for (const name of PARAMETERS) {
    const values = fields.getAll(`hub.${name}`);
    if (values.length > 1) return refused(`hub.${name} is given more than once.`);
    // What stands for bytes that are not UTF-8: a secret that was read wrongly would sign wrongly.
    if (values[0]?.includes('\uFFFD') === true) return refused(`hub.${name} is not UTF-8.`);
  }
  const given = PARAMETERS.map((name) => [name, fields.get(`hub.${name}`) ?? '']);
  return readParameters(Object.fromEntries(given) as Parameters);
}

function readParameters({ mode, topic, callback, lease_seconds: lease, secret }: Parameters): ReadRequest {
  if (mode !== 'subscribe' && mode !== 'unsubscribe') {
    return refused('hub.mode must be subscribe or unsubscribe.');
  }
  if (topic === '') return refused('hub.topic is missing.');
  const url = readCallback(callback);
  if (url === null) return refused('hub.callback must be an http(s) address without a user.');
  if (!/^(?:[1-9]\d{0,9})?$/.test(lease)) return refused('hub.lease_seconds must be a number of seconds.');
  if (Buffer.byteLength(secret) > SECRET_BYTES_MAX)
    return refused('hub.secret must be shorter than 200 bytes.');
  const wanted = lease === '' ? LEASE_SECONDS : Number(lease);
  return {
    kind: 'request',
    request: {
      mode,
      topic,
      callback: url,
      leaseSeconds: Math.min(Math.max(wanted, LEASE_SECONDS_MIN), LEASE_SECONDS_MAX),
      secret: secret === '' ? null : secret,
    },
  };
}

/** Without the fragment, which is not sent. */
function readCallback(callback: string): URL | null {
  if (callback.length > CALLBACK_LENGTH_MAX) return null;
  const url = URL.parse(callback);
  if (url === null || !/^https?:$/.test(url.protocol) || url.username !== '' || url.password !== '')
    return null;
  url.hash = '';
  return url.href.length > CALLBACK_LENGTH_MAX ? null : url;
}

function refused(why: string): ReadRequest {
  return { kind: 'refused', why };
}
