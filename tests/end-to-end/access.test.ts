// Private feeds, as an operator sets them up and people read them.
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { Daemon, until } from '../support/process.ts';
import { numberedSeed } from '../support/seeds.ts';
import { get } from './http.ts';
import { createSite, type TestSite } from './site.ts';

const ANNA = 'anna.0123456789abcdef';
const BERT = 'bert.0123456789abcdef';
const EACH_SECOND = '* * * * * *';

async function privateSite(tokens: string): Promise<TestSite & { tokens: string }> {
  const site = await createSite({ 'a.txt': numberedSeed(1) }, { schedule: EACH_SECOND, access: './tokens' });
  const file = join(site.directory, 'tokens');
  await writeFile(file, tokens);
  return { ...site, tokens: file };
}

/** Runs in the site's own folder, which the path of the tokens is relative to. */
async function start(site: TestSite): Promise<Daemon> {
  return Daemon.start(site.flags, { cwd: site.directory });
}

describe('a file of tokens', () => {
  it('closes everything but the state of the service, and each token opens it until it is taken out', async () => {
    const site = await privateSite(`# who may read\nanna ${ANNA}\n\nbert   ${BERT}\n`);
    const url = await (await start(site)).url();
    const statusOf = async (path: string): Promise<number> => (await get(`${url}${path}`)).status;
    for (const path of ['/', '/feed.atom', '/outlets/voa.atom', '/feeds.opml', '/nothing'])
      expect([path, await statusOf(path)]).toEqual([path, 401]);
    expect(await statusOf('/healthz')).toBe(200);
    for (const token of [ANNA, BERT]) expect(await statusOf(`/token/${token}/feed.atom`)).toBe(200);
    const authorization = `Basic ${Buffer.from(`bert:${BERT}`).toString('base64')}`;
    expect((await get(`${url}/feed.atom`, { headers: { authorization } })).status).toBe(200);
    await writeFile(site.tokens, `anna ${ANNA}\n`);
    await until(async () => ((await statusOf(`/token/${BERT}/feed.atom`)) === 401 ? true : undefined));
    expect(await statusOf(`/token/${ANNA}/feed.atom`)).toBe(200);
  });

  it.each([
    ['has a wrong line', `anna ${ANNA}\nbert short\n`],
    ['has a token in the place of a name', `${BERT} anna\n`],
    ['is empty', ''],
  ])('that %s changes nothing, and is an alarm that tells nothing of it', async (_, wrong) => {
    const site = await privateSite(`anna ${ANNA}\n`);
    const daemon = await start(site);
    const url = await daemon.url();
    await writeFile(site.tokens, wrong);
    await daemon.logged(({ alarm }) => alarm === 'tokens-unreadable');
    const { body } = await get(`${url}/healthz`);
    expect(body.toString()).toMatch(/the tokens cannot be read; those read before hold/);
    expect(body.toString()).not.toMatch(/0123456789|anna|bert|tokens:/);
    expect((await get(`${url}/token/${ANNA}/feed.atom`)).status).toBe(200);
    expect((await get(`${url}/feed.atom`)).status).toBe(401);
    await writeFile(site.tokens, `anna ${ANNA}\n`);
    await daemon.logged(({ alarm, msg }) => alarm === 'tokens-unreadable' && msg === 'alarm cleared');
  });

  it.each([
    ['a short token', 'anna short', /tokens:1: a token must have at least 20 characters/],
    ['a token in the place of a name', `${ANNA} anna`, /tokens:1: a token must have at least 20 characters/],
    ['a line that is none', `\n${ANNA}`, /tokens:2: expected a name, a space, and a token/],
    ['two of one name', `a ${ANNA}\na ${BERT}`, /tokens:2: there is already a token under this name/],
    ['nothing', '# nobody\n\n', /tokens: there is no token in it; expected a name/],
  ])('with %s is refused at the start, and no token told', async (_, tokens, message) => {
    const site = await privateSite(tokens);
    const { status, stderr } = await (await start(site)).ended();
    expect(status).toBe(78);
    expect(stderr).toMatch(message);
    expect(stderr).not.toMatch(/0123456789/);
  });

  it('that is not there is refused', async () => {
    const site = await createSite({}, { access: './nowhere' });
    const { status, stderr } = await (await start(site)).ended();
    expect(status).toBe(78);
    expect(stderr).toMatch(
      /^feedmill: access: .*nowhere: ENOENT.*; it must be a file that feedmill may read/,
    );
  });
});
