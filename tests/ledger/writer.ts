// A process of its own that records batch after batch until it is killed. Arguments: file, size of a batch, and `together`
// if they are to be written together.
import { openLedger } from '../../src/ledger/open.ts';
import { indexed, missing, rejected, withdrawn } from './changes.ts';

const [file, size] = [process.argv[2]!, Number(process.argv[3])];
const ledger = openLedger(file);
const work = async (): Promise<never> => {
  for (let batch = 0; ; batch += 1) await record(batch);
};
await (process.argv[4] === 'together' ? ledger.together(work) : work());

async function record(batch: number): Promise<void> {
  const numbers = Array.from({ length: size }, (_, i) => batch * size + i);
  const changes = numbers.flatMap((i) => {
    const path = `${String(i).padStart(8, '0')}.txt`;
    const pair = Math.floor(i / 2);
    const article = indexed(path, { url: `https://${pair % 3}.example/${pair}`, time: i });
    return i % 10 === 0 ? [article, rejected(path)] : i % 10 === 1 ? [article, missing(path)] : [article];
  });
  // Each batch but the first takes back the first seed of the one before.
  if (batch > 0) changes.push(withdrawn(`${String((batch - 1) * size).padStart(8, '0')}.txt`));
  await ledger.record(changes, 1);
  process.stdout.write(`${batch + 1}\n`);
}
