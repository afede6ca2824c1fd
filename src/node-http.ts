// What is used of Node's HTTP. Importing `node:http` as a module has Node load its `fetch` and `WebSocket` as well, which takes some 50 ms
// of a processor; requiring it does not.
import type * as Http from 'node:http';
import { createRequire } from 'node:module';

const require = createRequire(import.meta.url);

export const { createServer, get, request } = require('node:http') as typeof Http;
