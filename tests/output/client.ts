// A client at the level of bytes.
import { connect, type Socket } from 'node:net';
import { onTestFinished } from 'vitest';

/** A connection, and what has come back on it so far. */
export class Client {
  readonly socket: Socket;
  answer = '';
  readonly #closed: Promise<void>;

  static async connect(port: number): Promise<Client> {
    const socket = connect(port, '127.0.0.1');
    onTestFinished(() => void socket.destroy());
    await new Promise<void>((resolve, reject) => {
      socket.once('connect', resolve);
      socket.once('error', reject);
    });
    return new Client(socket);
  }

  private constructor(socket: Socket) {
    this.socket = socket;
    socket.on('data', (chunk) => (this.answer += chunk.toString()));
    // A server that cuts a client off in the middle of what it sends resets the connection.
    socket.on('error', () => {});
    this.#closed = new Promise((resolve) => socket.once('close', () => resolve()));
  }

  /** Sends these lines, and the empty one after them. */
  send(...lines: string[]): void {
    this.socket.write(lines.map((line) => `${line}\r\n`).join('') + '\r\n');
  }

  /** All that came back, once the server has closed the connection. */
  async all(): Promise<string> {
    await this.#closed;
    return this.answer;
  }
}

/** Headers in lower case, and what stands behind them. */
export function parts(answer: string): { status: string; headers: Record<string, string>; body: string } {
  const end = answer.indexOf('\r\n\r\n');
  const [status, ...lines] = answer.slice(0, end).split('\r\n');
  const headers = lines.map((line) => {
    const colon = line.indexOf(':');
    return [line.slice(0, colon).toLowerCase(), line.slice(colon + 1).trim()];
  });
  return { status: status!, headers: Object.fromEntries(headers), body: answer.slice(end + 4) };
}

export async function once(port: number, ...lines: string[]): Promise<ReturnType<typeof parts>> {
  const client = await Client.connect(port);
  client.send(...lines, 'Connection: close');
  return parts(await client.all());
}
