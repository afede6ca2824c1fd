// What the first new article after a start would wait for, done before it comes: modules are loaded, tables made, and an article
// goes through all that makes an entry of one, by the rules of every outlet.
import { identify } from './mill/identify.ts';
import { languageOf } from './mill/language.ts';
import { parseSeed } from './mill/parse.ts';
import { renderEntry } from './mill/render/render.ts';
import type { Rules } from './recipes.ts';
import { Turns } from './turns.ts';

const SAMPLE = `<!--1773144000000-->
[样本](https://any.invalid/a/1.html)
------
<div><h2>样本</h2><p>记者：样本</p><p><time>2026年3月10日</time> 这是<a href="/a/2.html">一个</a>样本，<b>没有</b>人会读到它。</p>
<figure><img src="/a.jpg" width="640" alt=""><figcaption>样本</figcaption></figure><ul><li>样本</li></ul></div>
`;

/** Others have their turn between two steps. Does nothing that could be seen. */
export async function warmUp({ recipes, outlets }: Pick<Rules, 'recipes' | 'outlets'>): Promise<void> {
  const turns = new Turns();
  const sample = parseSeed(SAMPLE);
  const indexed = identify(SAMPLE, true, outlets);
  if (sample.kind === 'rejected' || 'rejection' in indexed) throw new Error('the sample is no article');
  await turns.over();
  languageOf(sample.body, 'zh');
  await turns.over();
  const { clean } = await import('./mill/clean/clean.ts');
  for (const id of [indexed.identity.outlet, ...recipes.map((recipe) => recipe.id)]) {
    await turns.over();
    const { header, body } = sample;
    const content = clean(header, body, outlets.byId(id), { images: 'direct', archived: header.time! });
    await turns.over();
    const times = { published: header.time!, updated: header.time! };
    renderEntry({
      ...content,
      ...times,
      id: `urn:uuid:${indexed.identity.uuid}`,
      link: header.url,
      outlet: id,
    });
  }
}
