// What is used of Node's HTTP. Importing `node:http` as a module has Node load its `fetch` and `WebSocket` as well, which takes half as
// long as all the rest of a start; requiring it does not.
import type * as Http from 'node:http';
import { createRequire } from 'node:module';

const require = createRequire(import.meta.url);

export const { createServer, get, request } = require('node:http') as typeof Http;
