// What a feed cannot carry, a frame or a player, becomes a link that says what it was.
import { type Document, type Element, Text } from 'domhandler';
import type { EmbedRule } from '../../article.ts';
import { maximized } from '../language.ts';
import { become, bodyOf, elementsIn, newElement, removeAll, select } from './dom.ts';
import { absolute, WEB } from './links.ts';
import { hasText, isBlank } from './markup.ts';
import type { CleanObserver } from './observer.ts';

export interface EmbedContext {
  readonly base: string;
  readonly rules: readonly EmbedRule[];
  /** BCP 47, of the article: the link's words are in it if feedmill knows them. */
  readonly language: string;
  readonly observer: Pick<CleanObserver, 'applied' | 'removed'>;
}

type Kind = 'video' | 'audio' | 'post' | 'map' | 'other';

type Words = Readonly<Record<Kind | 'colon' | 'open' | 'close', string>>;

const WORDS: Readonly<Record<'Hans' | 'Hant' | 'other', Words>> = {
  Hans: {
    video: '视频',
    audio: '音频',
    post: '帖子',
    map: '地图',
    other: '嵌入内容',
    colon: '：',
    open: '（',
    close: '）',
  },
  Hant: {
    video: '影片',
    audio: '音訊',
    post: '貼文',
    map: '地圖',
    other: '嵌入內容',
    colon: '：',
    open: '（',
    close: '）',
  },
  other: {
    video: 'Video',
    audio: 'Audio',
    post: 'Post',
    map: 'Map',
    other: 'Embedded',
    colon: ': ',
    open: ' (',
    close: ')',
  },
};

function wordsIn(language: string): Words {
  const script = maximized(language)?.script;
  return script === 'Hans' || script === 'Hant' ? WORDS[script] : WORDS.other;
}

interface Platform {
  readonly hosts: RegExp;
  readonly name: string;
  readonly kind: Kind;
  /** The page to open instead of what a frame shows; `null` if there is none. */
  readonly page?: (url: URL) => string | null;
}

const idOf = (url: URL, pattern: RegExp, page: (id: string) => string): string | null => {
  const id = pattern.exec(url.pathname)?.[1];
  return id === undefined ? null : page(id);
};
const hrefOf = (url: URL): string | null => url.searchParams.get('href');

const PLATFORMS: readonly Platform[] = [
  {
    hosts: /(?:^|\.)(?:youtube(?:-nocookie)?\.com|youtu\.be)$/,
    name: 'YouTube',
    kind: 'video',
    page: (url) =>
      idOf(url, /^\/embed\/(?!videoseries)([\w-]{11})$/, (id) => `https://www.youtube.com/watch?v=${id}`),
  },
  {
    hosts: /(?:^|\.)vimeo\.com$/,
    name: 'Vimeo',
    kind: 'video',
    page: (url) => idOf(url, /^\/video\/(\d+)$/, (id) => `https://vimeo.com/${id}`),
  },
  { hosts: /(?:^|\.)bilibili\.com$/, name: 'bilibili', kind: 'video', page: bilibiliPage },
  { hosts: /(?:^|\.)(?:dailymotion\.com|dai\.ly)$/, name: 'Dailymotion', kind: 'video' },
  { hosts: /(?:^|\.)tiktok\.com$/, name: 'TikTok', kind: 'video' },
  { hosts: /(?:^|\.)(?:twitter|x)\.com$/, name: 'X', kind: 'post' },
  { hosts: /(?:^|\.)instagram\.com$/, name: 'Instagram', kind: 'post' },
  { hosts: /(?:^|\.)t\.me$/, name: 'Telegram', kind: 'post' },
  { hosts: /(?:^|\.)facebook\.com$/, name: 'Facebook', kind: 'post', page: hrefOf },
  { hosts: /(?:^|\.)soundcloud\.com$/, name: 'SoundCloud', kind: 'audio' },
  { hosts: /(?:^|\.)spotify\.com$/, name: 'Spotify', kind: 'audio' },
  { hosts: /^(?:maps\.google|www\.google)\.[a-z.]+$/, name: 'Google Maps', kind: 'map' },
];

/** Frames in which nothing is shown to the reader. */
const SILENT =
  /(?:^|\.)(?:googletagmanager|doubleclick|googlesyndication|amazon-adsystem|taboola)\.(?:com|net)$/;

/** Titles that only say that there is a player. */
const SAYS_NOTHING =
  /^(?:youtube |embedded |facebook |vimeo )?(?:video player|post|player|video|iframe|媒体播放器|多媒体播放器|視頻播放器|视频播放器)$/i;

/** @returns the words that were added to the article, one for each link */
export function linkEmbeds(document: Document, { base, rules, language, observer }: EmbedContext): string[] {
  const words = wordsIn(language);
  const labels: string[] = [];
  const gone: Element[] = [];
  const link = (found: Element, href: string): boolean => {
    const label = describe(found, new URL(href), words);
    if (label === null) return false;
    const children = [newElement('a', { href: label.href }, [new Text(label.text)])];
    labels.push(label.text);
    // What only names what it embeds is the link; what shows some of it too has the link behind that.
    if (found.name === 'iframe' || !hasText(found)) become(found, 'p', {}, children);
    else become(found, 'div', {}, [...found.children, newElement('p', {}, children)]);
    return true;
  };
  for (const { select: selector, attribute } of rules) {
    for (const found of select(document, selector)) {
      const written = found.attribs[attribute] ?? '';
      const href = absolute(/https?:\/\/\S+/.exec(written)?.[0] ?? '', base, WEB);
      if (href !== null && link(found, href)) observer.applied(`embeds: ${selector} [${attribute}]`);
    }
  }
  for (const frame of elementsIn(bodyOf(document), 'iframe', 'embed', 'object')) {
    const href = ADDRESSES.map((name) => absolute(frame.attribs[name] ?? '', base, WEB)).find(
      (each) => each !== null,
    );
    // A frame that repeats the link beside it, with a secret that is another in every copy.
    const repeats = frame.attribs['class']?.includes('wp-embedded-content') === true;
    if (!repeats && href != null && link(frame, href)) continue;
    if (!repeats && href == null && frame.name === 'object') become(frame, 'div', {}, frame.children);
    else gone.push(frame);
  }
  for (const frame of gone) observer.removed('frame that shows nothing', frame);
  removeAll(gone);
  return labels;
}

/** Where a frame's address may be, that of lazy loaders too. */
const ADDRESSES = ['src', 'data-src', 'data-lazy-src', 'data'];

/** `null` if nothing is to be seen there. */
function describe({ attribs }: Element, url: URL, words: Words): { href: string; text: string } | null {
  const tiny = ['width', 'height'].some((side) => /^[01](?:px)?$/.test(attribs[side] ?? ''));
  if (tiny || SILENT.test(url.hostname)) return null;
  const platform = PLATFORMS.find(({ hosts }) => hosts.test(url.hostname));
  const page = platform?.page?.(url) ?? null;
  const href = (page && absolute(page, url.href, WEB)) ?? url.href;
  const kind = kindOf(attribs, url, platform);
  const name = platform?.name ?? url.hostname.replace(/^www\./, '');
  const title = attribs['title']?.replace(/\s+/g, ' ').trim() ?? '';
  const says = !isBlank(title) && !SAYS_NOTHING.test(title);
  const named = says ? title + words.open + name + words.close : name;
  return { href, text: words[kind] + words.colon + named };
}

function kindOf(attribs: Element['attribs'], url: URL, platform: Platform | undefined): Kind {
  if (platform?.name === 'Facebook' && /\bvideo/.test(url.pathname + url.search)) return 'video';
  if (platform !== undefined) return platform.kind;
  return 'allowfullscreen' in attribs || attribs['type']?.startsWith('video/') ? 'video' : 'other';
}

function bilibiliPage(url: URL): string | null {
  const id = url.searchParams.get('bvid') ?? '';
  return /^BV\w{10}$/.test(id) ? `https://www.bilibili.com/video/${id}` : null;
}
