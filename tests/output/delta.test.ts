// A client that says what it has gets what it lacks.
import { describe, expect, it } from 'vitest';
import type { DocumentEntry } from '../../src/article.ts';
import type { Publisher } from '../../src/output/publish.ts';
import { publisherIn } from './publisher.ts';
import { type Response } from '../../src/output/answers.ts';
import { respond } from '../../src/output/respond.ts';
import { entityTag } from '../../src/output/store.ts';
import { temporaryDirectory } from '../support/directories.ts';
import { servedOf } from './served.ts';

const NOW = Date.UTC(2026, 2, 10, 12);

/** A feed of entries `a1 b1`: a letter for the entry, a number for what it says. */
function feed(text: string, head = 'head'): { path: string; body: Buffer; entries: DocumentEntry[] } {
  let body = `<${head}>`;
  const entries = text
    .split(' ')
    .filter(Boolean)
    .map((key, i) => {
      if (i > 0) body += ',';
      const start = body.length;
      body += key;
      return { key, start, end: body.length };
    });
  return { path: 'feed.atom', body: Buffer.from(`${body}</end>`), entries };
}

function answerOf({ snapshot }: Publisher, headers: Record<string, string>, method: string): Response {
  const served = servedOf({ snapshot });
  const request = { method, target: '/feed.atom', headers };
  return respond(request, served, () => ({ status: 'ok' }), NOW) as Response;
}

class Served {
  readonly #directory = temporaryDirectory();
  publisher = publisherIn(this.#directory);

  /** As another process finds what is published. */
  restart(): void {
    this.publisher = publisherIn(this.#directory);
  }

  async publish(text: string, head?: string): Promise<string> {
    await this.publisher.publish([feed(text, head)], NOW);
    // Nothing is written behind the end of a test.
    await this.publisher.encoded();
    return this.publisher.snapshot.get('feed.atom')!.etag;
  }

  ask(headers: Record<string, string>, method = 'GET'): Response {
    return answerOf(this.publisher, headers, method);
  }

  /** What comes back to a client that has the version of `tag`. */
  since(tag: string, im = 'feed'): [status: number, body: string] {
    const { status, body } = this.ask({ 'a-im': im, 'if-none-match': tag });
    return [status, body.toString()];
  }
}

describe('a client that has an earlier version', () => {
  it.each([
    ['a new entry', 'b1 c1', 'a1 b1 c1', '<head>a1</end>'],
    ['several', 'c1', 'a1 b1 c1', '<head>a1,b1</end>'],
    ['one that has changed', 'a1 b1 c1', 'a1 b2 c1', '<head>b2</end>'],
    ['no entry, where one has gone', 'a1 b1', 'b1', '<head></end>'],
  ])('gets %s', async (_, earlier, later, expected) => {
    const served = new Served();
    const tag = await served.publish(earlier);
    await served.publish(later);
    expect(served.since(tag)).toEqual([226, expected]);
  });

  it('is told what it got, and caches that do not know it are told to keep out', async () => {
    const served = new Served();
    const tag = await served.publish('b1');
    const now = await served.publish('a1 b1');
    const { headers } = served.ask({ 'a-im': 'feed', 'if-none-match': tag });
    expect(headers).toMatchObject({
      im: 'feed',
      etag: now,
      'cache-control': 'no-store, im',
      vary: 'A-IM, If-None-Match, Accept-Encoding',
      'content-length': '<head>a1</end>'.length,
    });
    expect(served.since(now)).toEqual([304, '']);
  });

  it('gets what it lacks since any of the versions there were', async () => {
    const served = new Served();
    const tags = [];
    for (const text of ['d1', 'c1 d1', 'b1 c1 d1', 'a1 b1 c1 d1']) tags.push(await served.publish(text));
    expect(tags.slice(0, 3).map((tag) => served.since(tag)[1])).toEqual([
      '<head>a1,b1,c1</end>',
      '<head>a1,b1</end>',
      '<head>a1</end>',
    ]);
    expect(served.since(`W/${tags[2]}, "other"`)[0]).toBe(226);
  });

  it('may have had it in another coding', async () => {
    const served = new Served();
    await served.publish(`b1 ${'x'.repeat(2000)}`);
    const { codings } = served.publisher.snapshot.get('feed.atom')!;
    expect(codings.length).toBeGreaterThan(0);
    await served.publish(`a1 b1 ${'x'.repeat(2000)}`);
    for (const { etag } of codings) expect(served.since(etag)).toEqual([226, '<head>a1</end>']);
  });
});

describe('after a restart', () => {
  it.each([
    ['a new entry', 'b1 c1', 'a1 b1 c1', '<head>a1</end>'],
    ['one that has changed', 'a1 b1 c1', 'a1 b2 c1', '<head>b2</end>'],
    ['one more, while another has gone', 'b1 c1', 'a11 b1', '<head>a11</end>'],
  ])('a client that has what was published before is sent %s', async (_, before, after, body) => {
    const served = new Served();
    const tag = await served.publish(before);
    served.restart();
    await served.publish(after);
    expect(served.since(tag)).toEqual([226, body]);
  });

  it('a client that has another feed is sent all of it', async () => {
    const served = new Served();
    const letters = 'abcdefghi'.split('');
    const tag = await served.publish('z1');
    served.restart();
    await served.publish(`${letters.map((letter) => `${letter}1`).join(' ')} z1`);
    expect(served.since(tag)[0]).toBe(200);
  });
});

describe('a client gets the whole feed', () => {
  it.each<[string, Record<string, string>]>([
    ['if it does not ask for less', {}],
    ['if it asks in another way', { 'a-im': 'vcdiff' }],
    ['if it refuses', { 'a-im': 'feed;q=0' }],
  ])('%s', async (_, headers) => {
    const served = new Served();
    const tag = await served.publish('b1');
    await served.publish('a1 b1');
    expect(served.ask({ ...headers, 'if-none-match': tag })).toMatchObject({
      status: 200,
      body: Buffer.from('<head>a1,b1</end>'),
    });
  });

  it('if its version is not known, or it says none', async () => {
    const served = new Served();
    await served.publish('a1');
    expect(served.since(entityTag(Buffer.from('x')))[0]).toBe(200);
    expect(served.ask({ 'a-im': 'feed' }).status).toBe(200);
  });

  it('if it would get all of it anyway', async () => {
    const served = new Served();
    const tag = await served.publish('b1');
    await served.publish('c1 d1');
    expect(served.since(tag)[0]).toBe(200);
  });
});

it('a feed that was read from its file tells what is new once it has been composed again', async () => {
  const directory = temporaryDirectory();
  await publisherIn(directory).publish([feed('b1')], NOW);
  const again = publisherIn(directory);
  const tag = again.snapshot.get('feed.atom')!.etag;
  await again.publish([feed('b1')], NOW + 1000);
  await again.publish([feed('a1 b1')], NOW + 2000);
  const answer = answerOf(again, { 'a-im': 'feed', 'if-none-match': tag }, 'GET');
  expect([answer.status, answer.body.toString()]).toEqual([226, '<head>a1</end>']);
});
