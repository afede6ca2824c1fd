// What there is to read → the pages for people, each in both languages.
import { type Document, type Format, FORMATS, MEDIA_TYPES, type Rejection } from '../article.ts';
import { oneLine } from '../mill/text.ts';
import { type ChartData, drawChart } from './chart.ts';
import { renderTemplate } from './templates.ts';
import { type Language, LANGUAGES, WORDS, type Words } from './words.ts';

export interface PageSite {
  readonly title: string;
  /** BCP 47. */
  readonly language: string;
  /** Without a slash at its end. */
  readonly baseUrl: string;
  readonly version: string;
}

/** A feed as a page lists it. */
export interface PageFeed {
  readonly title: string;
  /** BCP 47. */
  readonly language: string;
  /** From where all documents stand, without the extension that names the format. */
  readonly path: string;
  readonly articles: number;
}

export interface Headline {
  readonly title: string;
  readonly link: string;
  /** BCP 47. */
  readonly language: string;
  readonly published: number;
  /** An absolute URL. */
  readonly picture: string | null;
  readonly outlet: PageOutlet;
}

export interface PageOutlet {
  readonly id: string;
  readonly name: string;
  /** BCP 47. */
  readonly language: string;
}

/** What a page says beside what its feeds are. */
export interface Reading {
  /** When the newest entry was updated; 0 of none. ms */
  readonly updated: number;
  /** The newest first. */
  readonly headlines: readonly Headline[];
  /** `null` of no articles. */
  readonly days: ChartData | null;
}

export interface FirstPage extends Reading {
  readonly feed: PageFeed;
  readonly outlets: readonly (PageFeed & { readonly id: string })[];
  /** The one written last first. */
  readonly rejected: readonly (Rejection & { readonly path: string })[];
}

export interface OutletPage extends Reading {
  readonly id: string;
  readonly feed: PageFeed;
  /** Its own site: an absolute URL. */
  readonly home: string;
}

/** More outlets than this stand below the headlines and not beside them. */
const BESIDE_MAX = 12;

const FORMAT_NAMES: Readonly<Record<Format, string>> = { atom: 'Atom', rss: 'RSS', json: 'JSON' };

export function renderFirstPage(site: PageSite, page: FirstPage): Document[] {
  return eachLanguage(site, '', (frame) => {
    const { words } = frame;
    const outlets = page.outlets.map((outlet) => ({
      ...listed(outlet, frame),
      page: frame.root + pagePath(outlet.id, frame),
    }));
    const rejected = page.rejected.map(({ path, reason, line, detail }) => ({
      path: oneLine(path),
      reason: words.reasons[reason],
      line: line > 0 ? words.line(line) : null,
      detail: oneLine(detail),
      remedy: words.remedies[reason],
    }));
    const discovered = [...discoverable(page.feed, frame), ...outlets.map(({ discovery }) => discovery)];
    return renderTemplate('first', {
      ...frame,
      ...reading(page, frame),
      headTitle: site.title,
      home: null,
      feed: listed(page.feed, frame),
      discovered,
      outlets,
      manyOutlets: outlets.length > BESIDE_MAX,
      rejected,
    });
  });
}

export function renderOutletPage(site: PageSite, page: OutletPage): Document[] {
  return eachLanguage(site, `outlets/${page.id}/`, (frame) =>
    renderTemplate('outlet', {
      ...frame,
      ...reading(page, frame),
      headTitle: `${page.feed.title} – ${site.title}`,
      home: frame.root + fileName(frame.language, site),
      feed: { ...listed(page.feed, frame), site: page.home },
      discovered: discoverable(page.feed, frame),
    }),
  );
}

/** What every page has, in one language. */
interface Frame {
  readonly site: PageSite;
  readonly language: Language;
  readonly words: Words;
  /** From the page to where all documents stand: nothing, or a path that ends with a slash. */
  readonly root: string;
  /** The page in each language. */
  readonly translations: readonly object[];
}

/** @param folder of the page, from where all documents stand: nothing, or a path that ends with a slash */
function eachLanguage(site: PageSite, folder: string, render: (frame: Frame) => string): Document[] {
  const root = folder.replace(/[^/]+\//g, '../');
  return LANGUAGES.map((language) => {
    const words = WORDS[language];
    const translations = LANGUAGES.map((other) => {
      const { tag, name } = WORDS[other];
      return { tag, name, href: fileName(other, site), here: other === language };
    });
    const html = render({ site, language, words, root, translations });
    return { path: folder + fileName(language, site), body: Buffer.from(html) };
  });
}

/** The site's own language has the name that web servers look for. */
function fileName(language: Language, site: PageSite): string {
  const own: Language = /^zh(?:-|$)/i.test(site.language) ? 'zh' : 'en';
  return language === own ? 'index.html' : `index.${language}.html`;
}

function pagePath(outlet: string, { language, site }: Frame): string {
  return `outlets/${outlet}/${fileName(language, site)}`;
}

function reading({ updated, headlines, days }: Reading, frame: Frame): object {
  return {
    updated: updated === 0 ? null : timeOf(updated),
    headlines: headlines.map((headline) => {
      const { id, name, language } = headline.outlet;
      // An outlet's page need not say whose its headlines are.
      const outlet = frame.root === '' ? { name, language, page: pagePath(id, frame) } : null;
      return { ...headline, outlet, time: timeOf(headline.published) };
    }),
    chart: days === null ? null : drawChart(days, frame.words),
  };
}

function listed(feed: PageFeed, { words, root, site }: Frame) {
  const formats = FORMATS.map((format) => {
    const path = `${feed.path}.${format}`;
    const name = FORMAT_NAMES[format];
    return {
      name,
      href: root + path,
      address: `${site.baseUrl}/${path}`,
      hint: words.addressOf(name, feed.title),
    };
  });
  const { title, language } = feed;
  const discovery = { type: MEDIA_TYPES.atom, title, href: `${root}${feed.path}.atom` };
  return { title, language, count: words.articles(feed.articles), formats, discovery };
}

/** What a reader that is given the page's address finds there: every format of its feed. */
function discoverable({ title, path }: PageFeed, { root }: Frame) {
  return FORMATS.map((format) => ({
    type: MEDIA_TYPES[format],
    title: `${title} (${FORMAT_NAMES[format]})`,
    href: `${root}${path}.${format}`,
  }));
}

/** For machines, and in UTC for people whose browser does not run the script. */
function timeOf(time: number): { machine: string; text: string } {
  const machine = new Date(time).toISOString();
  return { machine, text: `${machine.slice(0, 16).replace('T', ' ')} UTC` };
}
