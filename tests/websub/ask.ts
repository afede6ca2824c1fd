// What a subscriber asks of a hub.
import { request } from 'node:http';
import { get } from '../end-to-end/http.ts';

/** Where the feed says that it is to be subscribed to, in its headers. */
export async function discover(url: string): Promise<{ hub: string; self: string }> {
  const link = String((await get(url)).headers['link']);
  const [hub, self] = ['hub', 'self'].map((rel) => RegExp(`<([^>]*)>; rel="${rel}"`).exec(link)?.[1]);
  return { hub: hub!, self: self! };
}

/** @returns the status of the answer */
export function ask(hub: string, parameters: Readonly<Record<string, string>>): Promise<number> {
  return new Promise((resolve, reject) => {
    const headers = { 'content-type': 'application/x-www-form-urlencoded' };
    const asked = request(hub, { method: 'POST', agent: false, headers }, (response) => {
      response.resume();
      resolve(response.statusCode!);
    });
    asked.on('error', reject);
    const named = Object.entries(parameters).map(([name, value]) => [`hub.${name}`, value]);
    asked.end(new URLSearchParams(named).toString());
  });
}
