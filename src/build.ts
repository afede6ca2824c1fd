// `build`: one pass over everything, the files published, done.
import { Alarms } from './alarms.ts';
import { writeArchives } from './archive-files.ts';
import { liveOutlets } from './ledger/tally.ts';
import { publicFolder, tagsFileIn } from './output/paths.ts';
import { Publisher } from './output/publish.ts';
import { Pipeline } from './pipeline.ts';
import { takePrecautions } from './precautions.ts';
import { type PassResult, reportPass, updateAlarms } from './report.ts';
import type { ServiceOptions } from './service.ts';
import { siteOf } from './site.ts';
import { counted } from './wording.ts';

/** Files that are written to without end are left for the next time after so many looks. */
const LOOKS_MAX = 5;

/**
 * @param archive whether to write the archives, too
 * @returns false if what is published is not all that the seeds say; the log says why
 * @throws LedgerRefusedError
 */
export async function build(options: ServiceOptions, archive: boolean): Promise<boolean> {
  const { config, version, log } = options;
  const site = siteOf(config, version);
  takePrecautions(config, log);
  const publisher = new Publisher(publicFolder(config.data), tagsFileIn(config.data));
  await using pipeline = new Pipeline({
    ...options,
    quietMs: 0,
    asked: () => false,
    publisher,
    step: () => {},
    sighting: () => null,
    onDirectory: () => {},
  });
  const alarms = new Alarms(options);
  let complete = true;
  let again: { paths: readonly string[]; delayMs: number } | null = null;
  for (let look = 0; look === 0 || (again !== null && look < LOOKS_MAX); look += 1) {
    if (again) await new Promise((resolve) => setTimeout(resolve, again!.delayMs));
    const start = performance.now();
    const kind = again === null ? 'everything' : 'noticed';
    const request = { all: again === null, paths: new Set(again?.paths) };
    // Nothing else is asked for that it could give way to.
    const result: PassResult = (await pipeline.pass(request, site))!;
    updateAlarms(alarms, kind, result);
    reportPass(kind, result, pipeline.stock, performance.now() - start, log);
    again = result.again;
  }
  if (again) log.warn({ seeds: again.paths }, 'still being written, so not published yet');
  const { articles, outlets } = pipeline.stock;
  if (archive && pipeline.archive !== null) {
    const feeds = [null, ...outlets.keys()];
    const folder = publicFolder(config.data);
    const documents = await writeArchives(pipeline.archive, feeds, folder, options.now, (document, why) => {
      complete = false;
      log.error({ document, why }, 'a document of an archive is not complete');
    });
    log.info({ documents }, 'archives written');
  }
  await publisher.encoded();
  const live = liveOutlets(pipeline.stock).length;
  log.info(
    { articles, outlets: live, directory: config.data },
    `${counted(articles, 'article')} of ${counted(live, 'outlet')} published`,
  );
  return complete && alarms.raised.size === 0 && again === null;
}
