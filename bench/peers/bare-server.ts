// The floor of a server in Node: one file, read once, sent to whoever asks.
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';

const [file, port] = process.argv.slice(2);
const body = readFileSync(file!);
createServer((_, response) => response.end(body)).listen(Number(port), '127.0.0.1');
