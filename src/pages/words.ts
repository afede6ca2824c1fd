// What the pages say, in each of their languages. A word that one of them lacks is a type error.
import { REMEDIES, type RejectionReason } from '../article.ts';
import { grouped } from '../mill/text.ts';

export const LANGUAGES = ['zh', 'en'] as const;
export type Language = (typeof LANGUAGES)[number];

export interface Words {
  /** BCP 47. */
  readonly tag: string;
  /** The language's name in itself. */
  readonly name: string;
  readonly skip: string;
  readonly languages: string;
  readonly tagline: string;
  readonly subscribe: string;
  readonly howTo: string;
  readonly copy: string;
  readonly copied: string;
  readonly copyFailed: string;
  readonly openInReader: string;
  readonly opml: string;
  readonly outlets: string;
  readonly allOutlets: string;
  readonly newest: string;
  readonly noArticles: string;
  readonly lastUpdate: string;
  readonly perDay: string;
  readonly rejected: string;
  readonly rejectedNote: string;
  readonly outletHome: string;
  readonly madeBy: (program: string) => string;
  readonly addressOf: (format: string, feed: string) => string;
  readonly articles: (count: number) => string;
  /** @param highest the most articles that a day had */
  readonly chart: (first: string, last: string, total: number, highest: number, day: string) => string;
  readonly line: (number: number) => string;
  readonly reasons: Readonly<Record<RejectionReason, string>>;
  readonly remedies: Readonly<Record<RejectionReason, string>>;
}

const ENGLISH: Words = {
  tag: 'en',
  name: 'English',
  skip: 'Skip to the content',
  languages: 'Language',
  tagline: 'Feeds to subscribe to: articles whole and clean, without tracking.',
  subscribe: 'Subscribe',
  howTo: 'Copy an address into your feed reader.',
  copy: 'Copy',
  copied: 'Copied',
  copyFailed: 'The browser does not allow copying; please copy the address by hand.',
  openInReader: 'Open in reader',
  opml: 'All feeds as OPML, for import into a reader',
  outlets: 'Outlets',
  allOutlets: 'All outlets',
  newest: 'Newest articles',
  noArticles: 'There are no articles yet.',
  lastUpdate: 'Last update',
  perDay: 'Articles per day',
  rejected: 'Rejected lately',
  rejectedNote: 'Files that are no articles, for whoever looks after this site.',
  outletHome: 'Its own site',
  madeBy: (program) => `Made by ${program}`,
  addressOf: (format, feed) => `the ${format} address of ${feed}`,
  articles: (count) => (count === 1 ? '1 article' : `${grouped(count)} articles`),
  chart: (first, last, total, highest, day) =>
    `Articles per day from ${first} to ${last}: ${grouped(total)} in all, at most ${grouped(highest)}, on ${day}.`,
  line: (number) => `line ${number}`,
  reasons: {
    empty: 'Empty',
    'too-large': 'Too large',
    'not-text': 'Not text',
    'header-missing': 'No header',
    'url-invalid': 'No valid address',
    'body-missing': 'No text',
    unreadable: 'Unreadable',
  },
  remedies: REMEDIES,
};

const CHINESE: Words = {
  tag: 'zh-Hans',
  name: '中文',
  skip: '跳到正文',
  languages: '语言',
  tagline: '可供订阅的新闻源：全文、干净、不追踪。',
  subscribe: '订阅',
  howTo: '把地址复制到您的阅读器中即可订阅。',
  copy: '复制',
  copied: '已复制',
  copyFailed: '浏览器不允许复制，请手动复制地址。',
  openInReader: '在阅读器中打开',
  opml: '全部订阅源的 OPML 列表，可导入阅读器',
  outlets: '媒体',
  allOutlets: '全部媒体',
  newest: '最新文章',
  noArticles: '还没有文章。',
  lastUpdate: '最近更新',
  perDay: '每日文章数',
  rejected: '最近被拒收的文件',
  rejectedNote: '这些文件不是文章，供本站管理者查看。',
  outletHome: '媒体网站',
  madeBy: (program) => `由 ${program} 生成`,
  addressOf: (format, feed) => `${feed} 的 ${format} 地址`,
  articles: (count) => `${grouped(count)} 篇文章`,
  chart: (first, last, total, highest, day) =>
    `${first} 至 ${last} 每日文章数：共 ${grouped(total)} 篇，最多的一天是 ${day}，${grouped(highest)} 篇。`,
  line: (number) => `第 ${number} 行`,
  reasons: {
    empty: '空文件',
    'too-large': '文件太大',
    'not-text': '不是文本',
    'header-missing': '没有文件头',
    'url-invalid': '地址无效',
    'body-missing': '没有正文',
    unreadable: '无法读取',
  },
  remedies: {
    empty: '请写入文章，或删除该文件',
    'too-large': '请缩短文章，或调高配置中的 seedBytesMax',
    'not-text': '请把文件保存为 UTF-8 文本',
    'header-missing': '文件开头应为 <!--毫秒数-->，下一行为 [标题](https://地址)',
    'url-invalid': '请写出文章的完整地址，以 https:// 或 http:// 开头',
    'body-missing': '请在文件头之后写入文章正文（HTML）',
    unreadable: '请确认它是文件、确实存在，并且运行 feedmill 的用户有权读取',
  },
};

export const WORDS: Readonly<Record<Language, Words>> = { zh: CHINESE, en: ENGLISH };
