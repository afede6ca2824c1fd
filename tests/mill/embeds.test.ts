import { describe, expect, test } from 'vitest';
import { clean } from '../../src/mill/clean/clean.ts';
import { createOutlets } from '../../src/mill/outlet.ts';
import { recipe } from '../support/recipe.ts';
import { ARTICLE, cleaned } from './html.ts';

const link = (href: string, text: string): string => `<p><a href="${href}">${text}</a></p>`;
const CHINESE = '<p>风车转动的时候</p>';

describe('a frame', () => {
  test.for([
    [
      'of a video is a link to its page',
      '<iframe src="https://www.youtube.com/embed/mIlL_w1nd00?&&&enablejsapi=1"><a href=1>x</a></iframe>',
      link('https://www.youtube.com/watch?v=mIlL_w1nd00', '视频：YouTube'),
    ],
    [
      'without cookies is a link to the same page',
      '<iframe src="//www.youtube-nocookie.com/embed/mIlL_w1nd00"></iframe>',
      link('https://www.youtube.com/watch?v=mIlL_w1nd00', '视频：YouTube'),
    ],
    [
      'of a list of videos stays as it is',
      '<iframe src="https://www.youtube.com/embed/videoseries?list=PL1"></iframe>',
      link('https://www.youtube.com/embed/videoseries?list=PL1', '视频：YouTube'),
    ],
    [
      'has a title that says something',
      '<iframe src="https://player.vimeo.com/video/7" title=" 磨坊\n之夜 "></iframe>',
      link('https://vimeo.com/7', '视频：磨坊 之夜（Vimeo）'),
    ],
    [
      'has none that does not',
      '<iframe src="https://player.vimeo.com/video/7" title="YouTube video player"></iframe>',
      link('https://vimeo.com/7', '视频：Vimeo'),
    ],
    [
      'of Facebook’s is a link to what it shows',
      '<iframe src="https://www.facebook.com/plugins/video.php?href=https%3A%2F%2Fwww.facebook.com%2Fmill%2Fvideos%2F1%2F&show_text=0"></iframe>',
      link('https://www.facebook.com/mill/videos/1/', '视频：Facebook'),
    ],
    [
      'of Facebook’s that shows a script is a link to itself',
      '<iframe src="https://www.facebook.com/plugins/post.php?href=javascript:alert(1)"></iframe>',
      link('https://www.facebook.com/plugins/post.php?href=javascript:alert(1)', '帖子：Facebook'),
    ],
    [
      'of bilibili’s is a link to its page',
      '<iframe src="//player.bilibili.com/player.html?bvid=BV1xx411c7mD&page=1"></iframe>',
      link('https://www.bilibili.com/video/BV1xx411c7mD', '视频：bilibili'),
    ],
    [
      'that may fill the screen is a video',
      '<iframe src="https://www.play.example/1" allowfullscreen></iframe>',
      link('https://www.play.example/1', '视频：play.example'),
    ],
    [
      'of anything else says where it is from',
      '<iframe src="//play.example/1?utm_source=x"></iframe>',
      link('https://play.example/1', '嵌入内容：play.example'),
    ],
    [
      'loaded later is a link too',
      '<iframe data-src="https://play.example/1"></iframe>',
      link('https://play.example/1', '嵌入内容：play.example'),
    ],
    [
      'loaded later, with nothing in it until then, is a link too',
      '<iframe src="about:blank" data-lazy-src="https://play.example/1"></iframe>',
      link('https://play.example/1', '嵌入内容：play.example'),
    ],
    [
      'between texts stands apart',
      'b<iframe src="https://play.example/1"></iframe>c',
      `<p>b</p>${link('https://play.example/1', '嵌入内容：play.example')}<p>c</p>`,
    ],
    [
      'with two addresses glued together has the second',
      '<iframe src="https://www.bbc.comhttps://www.riddle.com/a/507544"></iframe>',
      link('https://www.riddle.com/a/507544', '嵌入内容：riddle.com'),
    ],
    ['of a program is none', '<iframe src="javascript:alert(1)"></iframe>', ''],
    ['without an address is none', '<iframe srcdoc="<p>a"></iframe>', ''],
    ['that nobody sees is none', '<iframe src="https://play.example/1" width=1 height=1></iframe>', ''],
    ['that only counts is none', '<iframe src="https://www.googletagmanager.com/ns.html?id=1"></iframe>', ''],
    [
      'of WordPress’s, beside the link that it shows, is none',
      '<iframe class="wp-embedded-content" data-secret=x src="https://blog.example/embed/#?secret=x"></iframe>',
      '',
    ],
  ] as const)('%s', ([, html, expected]) => {
    expect(cleaned(CHINESE + html).html).toBe(CHINESE + expected);
  });

  test('in a link keeps its words', () => {
    expect(cleaned('<a href=/1>b<iframe src="//play.example/1"></iframe>c</a>').html).toBe(
      ['b', 'Embedded: play.example', 'c']
        .map((text) => `<p><a href="https://mill.example/1">${text}</a></p>`)
        .join(''),
    );
  });

  test.for([
    ['English', '<p>The wind.</p>', 'Video: Mill (YouTube)'],
    ['traditional Chinese', '<p>風車轉動</p>', '影片：Mill（YouTube）'],
  ] as const)('in %s is named in that', ([, text, expected]) => {
    const frame = '<iframe src="https://youtu.be/embed/mIlL_w1nd00" title="Mill"></iframe>';
    expect(cleaned(text + frame).html).toContain(`>${expected}</a>`);
  });
});

describe('an object', () => {
  test.for([
    [
      'of a video is a link',
      '<object data="https://play.example/1.mp4" type="video/mp4"></object>',
      link('https://play.example/1.mp4', '视频：play.example'),
    ],
    ['without an address is what stands in its place', '<object><p>a</p></object>', '<p>a</p>'],
  ] as const)('%s', ([, html, expected]) => {
    expect(cleaned(CHINESE + html).html).toBe(CHINESE + expected);
  });
});

describe('an element that names what it embeds', () => {
  const embeds = [
    { select: '.post', attribute: 'data-id' },
    { select: '.post', attribute: 'data-url' },
  ];
  const outlet = createOutlets([recipe({ embeds })]).ofUrl(ARTICLE);
  const of = (html: string): string =>
    clean({ title: '', url: ARTICLE, time: 0 }, CHINESE + html, outlet, {
      images: 'keep',
      archived: 0,
    }).html.slice(CHINESE.length);
  const POST = link('https://x.com/mill/status/1', '帖子：X');

  test.for([
    ['is a link', '<div class=post data-id="x-https://x.com/mill/status/1"></div>', POST],
    [
      'may name it in another attribute',
      '<div class=post data-id=7 data-url="https://x.com/mill/status/1"></div>',
      POST,
    ],
    [
      'keeps what it shows of it',
      '<div class=post data-url="https://x.com/mill/status/1"><p>a</p></div>',
      `<p>a</p>${POST}`,
    ],
    ['stays as it is without an address', '<div class=post data-id=7><p>a</p></div>', '<p>a</p>'],
  ] as const)('%s', ([, html, expected]) => {
    expect(of(html)).toBe(expected);
  });
});
