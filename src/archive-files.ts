// `build --archive`: every document of the archives as a file, for a web server that has no feedmill behind it.
import { type Archive, IncompleteError } from './archive.ts';
import { FORMATS } from './article.ts';
import { DocumentFolder } from './output/files.ts';
import type { MadeDocument } from './output/on-demand.ts';
import { archiveFolder, type ArchiveName, archivePath } from './output/paths.ts';

/** A client that has met the name of a document may still ask for it when others have taken its place. ms */
const FORMER_KEPT_MS = 86_400_000;

/**
 * @param outlets whose archives to write; `null` is the merged feed
 * @param directory where documents are published
 * @param onIncomplete is told of a document that lacks an article, or is not written, because a seed cannot be read
 * @returns how many documents were written, or are there already
 */
export async function writeArchives(
  archive: Archive,
  outlets: readonly (string | null)[],
  directory: string,
  now: () => number,
  onIncomplete: (path: string, why: string) => void,
): Promise<number> {
  let count = 0;
  for (const outlet of outlets) {
    const folder = new DocumentFolder(directory, archiveFolder(outlet));
    const names = new Set<string>();
    for (let name = await archive.newest(outlet); name !== null; name = await archive.before(name)) {
      // What cannot be written this time stays as it was.
      for (const format of FORMATS) names.add(`${archivePath(name)}.${format}`);
      const documents = await documentsOf(archive, name, now(), onIncomplete);
      await Promise.all(
        documents.map(async (document) => {
          if (!document.lasting) onIncomplete(document.path, 'a seed of it cannot be read');
          await folder.write(document, document.changed);
          count += 1;
        }),
      );
    }
    folder.removeOthers(names, now() - FORMER_KEPT_MS);
  }
  return count;
}

async function documentsOf(
  archive: Archive,
  name: ArchiveName,
  now: number,
  onIncomplete: (path: string, why: string) => void,
): Promise<readonly MadeDocument[]> {
  try {
    return (await archive.documents(name, FORMATS, now)) ?? [];
  } catch (error) {
    if (!(error instanceof IncompleteError)) throw error;
    onIncomplete(archivePath(name), error.message);
    return [];
  }
}
