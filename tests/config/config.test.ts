// (files, environment, flags) → Config or ConfigError.
import { describe, expect, it } from 'vitest';
import {
  baseUrlOf,
  type Config,
  ConfigError,
  type ConfigSources,
  listenAddress,
  readConfig,
} from '../../src/config.ts';

/** Directories that do not exist: a configuration is read without looking at any. */
const [WORKING, PROJECT] = ['/srv/operator', '/opt/feedmill'];

interface Given extends Partial<Pick<ConfigSources, 'environment' | 'flags'>> {
  /** Of a file given by `--config`; or of the project's own. */
  readonly yaml?: string;
  readonly own?: string;
}

function read({ yaml, own, environment = {}, flags = {} }: Given = {}): Config {
  const text = yaml ?? own;
  return readConfig({
    workingDirectory: WORKING,
    projectDirectory: PROJECT,
    file: text === undefined ? null : { path: 'my.yaml', text, own: own !== undefined },
    environment,
    flags,
  });
}

function mistake(given: Given): string {
  try {
    read(given);
  } catch (error) {
    if (error instanceof ConfigError) return error.message;
    throw error;
  }
  throw new Error('no mistake was found');
}

describe('a value', () => {
  const yaml = 'logLevel: warn\n';
  const environment = { FEEDMILL_LOG_LEVEL: 'error' };
  const flags = { logLevel: 'debug' };
  it.each([
    ['nothing', {}, 'info', 'default'],
    ['the file', { yaml }, 'warn', 'my.yaml:1'],
    ['the environment', { environment }, 'error', 'FEEDMILL_LOG_LEVEL'],
    ['a flag', { flags }, 'debug', '--log-level'],
    ['the file and the environment', { yaml, environment }, 'error', 'FEEDMILL_LOG_LEVEL'],
    ['the file and a flag', { yaml, flags }, 'debug', '--log-level'],
    ['the environment and a flag', { environment, flags }, 'debug', '--log-level'],
    ['all three', { yaml, environment, flags }, 'debug', '--log-level'],
  ] as readonly (readonly [string, Given, string, string])[])(
    'set by %s is that of the strongest, and says so',
    (_, given, value, origin) => {
      const config = read(given);
      expect(config.logLevel).toBe(value);
      expect(config.origins.get('logLevel')).toBe(origin);
    },
  );

  it.each([
    ['seeds', 'FEEDMILL_SEEDS', '--seeds', '/a'],
    ['data', 'FEEDMILL_DATA', '--data', '/a'],
    ['listen', 'FEEDMILL_LISTEN', '--listen', '127.0.0.1:1'],
    ['baseUrl', 'FEEDMILL_BASE_URL', '--base-url', 'https://example.org'],
    ['logLevel', 'FEEDMILL_LOG_LEVEL', '--log-level', 'warn'],
  ] as const)('of %s can be set by %s and by %s', (key, variable, flag, value) => {
    const byVariable = read({ environment: { [variable]: value } });
    expect([byVariable[key], byVariable.origins.get(key)]).toEqual([value, variable]);
    const byFlag = read({ flags: { [key]: value } });
    expect([byFlag[key], byFlag.origins.get(key)]).toEqual([value, flag]);
  });

  it('that a file does not name keeps its default, also beside one that it does', () => {
    const config = read({ yaml: '# mine\nwindow:\n  entries: 7\n' });
    expect(config.window).toEqual({ entries: 7, bytes: 2_000_000 });
    expect(config.origins.get('window.entries')).toBe('my.yaml:3');
    expect(config.origins.get('window.bytes')).toBe('default');
    expect(config.schedule).toBe('* * * * *');
  });

  it('is there for every key, with its origin', () => {
    const { origins, ...settings } = read({ yaml: '' });
    const names = Object.entries(settings).flatMap(([key, value]) =>
      ['window', 'withdrawal', 'websub', 'page'].includes(key)
        ? Object.keys(value as object).map((name) => `${key}.${name}`)
        : [key],
    );
    expect([...origins.keys()].sort()).toEqual(names.sort());
    expect(new Set(origins.values())).toEqual(new Set(['default']));
  });
});

describe('a relative path', () => {
  const all = 'seeds: s\ndata: ../d\noutlets: ./o\n';
  it.each([
    ['that is a default', {}, { seeds: '/opt/feedmill/seeds', outlets: '/opt/feedmill/config/outlets' }],
    [
      'in the project’s own file',
      { own: all },
      { seeds: '/opt/feedmill/s', data: '/opt/d', outlets: '/opt/feedmill/o' },
    ],
    [
      'in a file given by --config',
      { yaml: all },
      { seeds: '/srv/operator/s', data: '/srv/d', outlets: '/srv/operator/o' },
    ],
    ['in the environment', { own: all, environment: { FEEDMILL_SEEDS: 'e' } }, { seeds: '/srv/operator/e' }],
    [
      'in a flag',
      { own: all, flags: { seeds: '../f', data: 'g' } },
      { seeds: '/srv/f', data: '/srv/operator/g' },
    ],
  ] as readonly (readonly [string, Given, object])[])(
    '%s is relative to the right directory',
    (_, given, expected) => {
      expect(read(given)).toMatchObject(expected);
    },
  );

  it('that nobody gave stays the project’s when another key is given', () => {
    const config = read({ yaml: 'title: mine\n', flags: { data: 'd' } });
    expect(config).toMatchObject({
      seeds: `${PROJECT}/seeds`,
      data: `${WORKING}/d`,
      outlets: `${PROJECT}/config/outlets`,
    });
  });

  it('that is absolute stays as it is, wherever it is given', () => {
    expect(read({ own: 'seeds: /var/seeds\n', flags: { data: '/var/data' } })).toMatchObject({
      seeds: '/var/seeds',
      data: '/var/data',
    });
  });

  it.each([
    ['a flag', { flags: { listen: 'unix:run/feed.sock' } }, WORKING],
    ['a file given by --config', { yaml: 'listen: unix:run/feed.sock\n' }, WORKING],
    ['the project’s own file', { own: 'listen: unix:run/feed.sock\n' }, PROJECT],
  ] as readonly (readonly [string, Given, string])[])(
    'of a socket in %s is relative to what other paths there are',
    (_, given, base) => {
      expect(listenAddress(read(given).listen)).toEqual({ socket: `${base}/run/feed.sock` });
    },
  );
});

describe('listen', () => {
  it.each([
    ['127.0.0.1:8080', { host: '127.0.0.1', port: 8080 }, 'http://127.0.0.1:8080'],
    ['localhost:0', { host: 'localhost', port: 0 }, 'http://localhost:0'],
    ['0.0.0.0:80', { host: '0.0.0.0', port: 80 }, 'http://127.0.0.1:80'],
    ['[::1]:8080', { host: '::1', port: 8080 }, 'http://[::1]:8080'],
    ['[::]:65535', { host: '::', port: 65_535 }, 'http://[::1]:65535'],
    ['unix:/run/feedmill.sock', { socket: '/run/feedmill.sock' }, 'http://localhost'],
    ['unix:/run/a b:1.sock', { socket: '/run/a b:1.sock' }, 'http://localhost'],
  ])('%s means an address, and a base URL that leads there', (listen, address, baseUrl) => {
    const config = read({ flags: { listen } });
    expect(listenAddress(config.listen)).toEqual(address);
    expect(baseUrlOf(config)).toBe(baseUrl);
  });

  it('on port 0 leads to the port that it got', () => {
    expect(baseUrlOf(read({ flags: { listen: '[::]:0' } }), 4711)).toBe('http://[::1]:4711');
  });

  it.each([
    '8080',
    ':8080',
    'localhost',
    'localhost:http',
    '::1:8080',
    'http://localhost:8080',
    'unix:',
    '127.0.0.1:65536',
    'localhost:999999',
    '',
    `unix:/${'x'.repeat(107)}`,
  ])('%j is no address, and the message says where it was given', (listen) => {
    expect(mistake({ environment: { FEEDMILL_LISTEN: listen } })).toMatch(
      /^listen: .*\(from FEEDMILL_LISTEN\): /,
    );
  });
});

describe('the base URL', () => {
  it.each([
    ['https://feeds.example.org', 'https://feeds.example.org'],
    ['https://feeds.example.org/', 'https://feeds.example.org'],
    ['http://example.org/feeds//', 'http://example.org/feeds'],
  ])('%s is used without a slash at its end, whatever is listened on', (baseUrl, expected) => {
    expect(baseUrlOf(read({ flags: { baseUrl, listen: 'unix:/s' } }), 1)).toBe(expected);
  });

  it.each(['feeds.example.org', 'ftp://example.org', 'https://', 'https://example.org/?a', 'https://a b/'])(
    '%j is none',
    (baseUrl) => {
      expect(mistake({ flags: { baseUrl } })).toMatch(/^baseUrl: .*\(from --base-url\): must be an http/);
    },
  );
});

describe('a mistake', () => {
  it.each([
    ['an unknown key', { yaml: 'sedes: x' }, 'sedes: no such key (from my.yaml:1); did you mean seeds?'],
    [
      'an unknown nested key',
      { yaml: 'title: x\nwindow:\n  bites: 1' },
      'window.bites: no such key (from my.yaml:3); did you mean bytes?',
    ],
    [
      'another unknown nested key',
      { yaml: 'withdrawal: { shares: 1 }' },
      'withdrawal.shares: no such key (from my.yaml:1); did you mean share?',
    ],
    [
      'a nested key that stands alone',
      { yaml: 'baseURL: https://example.org' },
      'baseURL: no such key (from my.yaml:1); did you mean baseUrl?',
    ],
    [
      'an unknown variable',
      { environment: { FEEDMILL_BASEURL: 'x' } },
      'FEEDMILL_BASEURL: no such environment variable; did you mean FEEDMILL_BASE_URL?',
    ],
    [
      'a value out of range',
      { yaml: 'window: { entries: 10001 }' },
      'window.entries: 10001 (from my.yaml:1): must be at most 10000',
    ],
    ['a fraction', { yaml: 'settleMs: 100.5' }, 'settleMs: 100.5 (from my.yaml:1): must be a whole number'],
    ['an empty value', { flags: { seeds: '' } }, 'seeds: "" (from --seeds): must not be empty'],
    [
      'a value in a list',
      { yaml: 'extensions:\n  - .txt\n  - md\n' },
      'extensions.1: "md" (from my.yaml): must start with a dot',
    ],
    [
      'an image policy that is none',
      { yaml: 'images: https://proxy.example/' },
      'images: "https://proxy.example/" (from my.yaml:1): must be keep, direct, or an http(s) address with {url} in it',
    ],
  ] as readonly (readonly [string, Given, string])[])(
    'such as %s names the key, its origin and the remedy',
    (_, given, expected) => {
      expect(mistake(given)).toBe(expected);
    },
  );

  it('does not hide another', () => {
    const lines = mistake({ yaml: 'settleMs: 1\nwindow:\n  entries: 0\n', flags: { seeds: '' } }).split('\n');
    const keys = lines.map((line) => line.slice(0, line.indexOf(':')));
    expect(keys.sort()).toEqual(['seeds', 'settleMs', 'window.entries']);
  });

  it.each([
    ['a key given twice', 'title: a\ntitle: b\n'],
    ['a value that is not closed', 'title: "a\n'],
    ['a reference to nothing', 'title: *bold*\n'],
    ['a list', '- a\n'],
    ['a word', 'seeds\n'],
  ])('in YAML, such as %s, names the file', (_, yaml) => {
    expect(mistake({ yaml })).toMatch(/^my\.yaml: /);
  });

  it('is not what the environment holds for others, nor an empty file', () => {
    expect(() => read({ environment: { PATH: '/bin', FEEDMILL: 'x' }, yaml: '# nothing\n' })).not.toThrow();
  });
});

describe('private feeds', () => {
  it.each(['hub: true', 'hubs: [https://hub.example/]'])('have no hub: %s', (line) => {
    const said = mistake({ yaml: `access: ./tokens\nwebsub:\n  ${line}\n` });
    expect(said).toMatch(/^websub: \(from my\.yaml:3\): private feeds \(access\) cannot have hubs/);
  });

  it('keep their tokens where the file says, beside it', () => {
    expect(read({ yaml: 'access: ./tokens\n' }).access).toMatch(/\/tokens$/);
    expect(read({}).access).toBeNull();
  });
});

describe('the base URL', () => {
  it.each([
    ['https://新闻.example/源/', 'https://xn--efvu43e.example/%E6%BA%90'],
    ['https://a.example/caf\u00e9', 'https://a.example/caf%C3%A9'],
    ['https://a.example/<x>', 'https://a.example/%3Cx%3E'],
  ])('is told as it is sent: %s', (baseUrl, sent) => {
    expect(baseUrlOf(read({ yaml: `baseUrl: ${JSON.stringify(baseUrl)}\n` }))).toMatch(/^[\x21-\x7e]+$/);
    expect(baseUrlOf(read({ yaml: `baseUrl: ${JSON.stringify(baseUrl)}\n` })).replace(/xn--[^.]+/, '')).toBe(
      sent.replace(/xn--[^.]+/, ''),
    );
  });

  it.each(['http://[::1', 'https://user:pass@a.example', 'https://a b.example', 'https://%zz'])(
    'is refused if it is none, or tells a password: %s',
    (baseUrl) => {
      expect(mistake({ yaml: `baseUrl: ${JSON.stringify(baseUrl)}\n` })).toMatch(
        /^baseUrl: .*my\.yaml:1\): must be/,
      );
    },
  );
});
