import { describe, expect, it } from 'vitest';
import { Pulse } from '../../src/pulse.ts';

describe('work that is watched', () => {
  it('goes on while there is none', () => {
    const pulse = new Pulse();
    expect([pulse.goesOn(), pulse.goesOn()]).toEqual([true, true]);
  });

  it('goes on for as long as it takes steps, and stands still when it takes none', async () => {
    const pulse = new Pulse();
    const seen: boolean[] = [];
    await pulse.during(async () => {
      seen.push(pulse.goesOn());
      pulse.step();
      seen.push(pulse.goesOn(), pulse.goesOn());
      pulse.step();
      seen.push(pulse.goesOn());
    });
    expect(seen).toEqual([true, true, false, true]);
    expect(pulse.goesOn()).toBe(true);
  });

  it('is other work when it has ended and begun again, however few its steps', async () => {
    const pulse = new Pulse();
    const asked = async (): Promise<boolean> => pulse.during(async () => Promise.resolve(pulse.goesOn()));
    expect([await asked(), await asked()]).toEqual([true, true]);
  });

  it('has ended when it has failed', async () => {
    const pulse = new Pulse();
    await expect(pulse.during(async () => Promise.reject(new Error('no')))).rejects.toThrow('no');
    expect([pulse.goesOn(), pulse.goesOn()]).toEqual([true, true]);
  });
});
