// A small disk of a test's own, to be filled, made read-only and taken away. Only root may mount one.
import { spawnSync } from 'node:child_process';
import {
  closeSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  rmdirSync,
  rmSync,
  truncateSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { onTestFinished } from 'vitest';
import { until } from '../support/process.ts';

export const CAN_MOUNT = canMount();
export const WHERE = CAN_MOUNT ? 'on a disk of its own' : 'nothing can be mounted here: be root';

export class Disk {
  /** Where it is mounted. */
  readonly path: string;
  readonly #megabytes: number;
  readonly #ballast: string;

  /** @param path is made if it is not there */
  constructor(path: string, megabytes = 16) {
    this.path = path;
    this.#megabytes = megabytes;
    this.#ballast = join(path, 'ballast');
    mkdirSync(path, { recursive: true });
    this.mount();
    onTestFinished(() => this.unmount());
  }

  mount(): void {
    run('mount', '-t', 'tmpfs', '-o', `size=${this.#megabytes}m`, 'feedmill-test', this.path);
  }

  /** The same files in another place. */
  alsoAt(path: string): void {
    run('mount', '--bind', this.path, path);
    onTestFinished(() => this.unmount(path));
  }

  /** At once, whoever uses it: what they have open stays open to them. */
  unmount(path = this.path): void {
    spawnSync('umount', ['--lazy', path]);
  }

  /** To the last byte. */
  fill(): void {
    const file = openSync(this.#ballast, 'a');
    try {
      for (let size = 1 << 20; size >= 1; size >>= 1) writeWhileThereIsSpace(file, Buffer.alloc(size));
    } finally {
      closeSync(file);
    }
  }

  makeSpace(): void {
    rmSync(this.#ballast);
  }

  setReadOnly(readOnly: boolean): void {
    run('mount', '-o', `remount,${readOnly ? 'ro' : 'rw'}`, this.path);
  }
}

/** An ext4 in a file, which the kernel makes read-only when it meets an error, as it does with a disk that fails. */
export class FailingDisk {
  readonly path: string;
  readonly #image: string;

  constructor(path: string, megabytes = 32) {
    this.path = path;
    this.#image = `${path}.image`;
    mkdirSync(path, { recursive: true });
    writeFileSync(this.#image, '');
    truncateSync(this.#image, megabytes * 1_048_576);
    run('mkfs.ext4', '-q', this.#image);
    this.#mount();
    onTestFinished(() => void spawnSync('umount', ['--lazy', path]));
  }

  fail(): void {
    const device = basename(run('findmnt', '--noheadings', '--output', 'SOURCE', this.path));
    writeFileSync(`/sys/fs/ext4/${device}/trigger_fs_error`, '1');
  }

  /** As an operator does: nothing may use it. */
  repair(): void {
    run('umount', this.path);
    // Status 1 says that errors were corrected.
    spawnSync('fsck.ext4', ['-f', '-y', this.#image]);
    this.#mount();
  }

  #mount(): void {
    run('mount', '-o', 'loop,errors=remount-ro', this.#image, this.path);
  }
}

/** To whoever opens a file there from now on. @returns what ends it */
export async function makeReadOnly(path: string): Promise<() => void> {
  run('mount', '--bind', path, path);
  const end = (): void => void spawnSync('umount', ['--lazy', path]);
  onTestFinished(end);
  // Refused while a file is being written.
  await until(() => spawnSync('mount', ['-o', 'remount,bind,ro', path]).status === 0 || undefined);
  return end;
}

function writeWhileThereIsSpace(file: number, block: Buffer): void {
  try {
    while (writeSync(file, block) > 0);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOSPC') throw error;
  }
}

function canMount(): boolean {
  const path = mkdtempSync(join(tmpdir(), 'feedmill-test-'));
  try {
    if (spawnSync('mount', ['-t', 'tmpfs', 'feedmill-test', path]).status !== 0) return false;
    run('umount', path);
    return true;
  } finally {
    rmdirSync(path);
  }
}

function run(command: string, ...args: string[]): string {
  const { status, stdout, stderr, error } = spawnSync(command, args, { encoding: 'utf8' });
  if (status !== 0) throw new Error(`${command} ${args.join(' ')}: ${stderr || error?.message}`);
  return stdout.trim();
}
