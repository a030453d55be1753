import { afterEach, describe, expect, it, vi } from 'vitest';
import { neededBinary } from './needed-binary.ts';

const nothing = { name: 'no-such-program', variable: 'CUTOVER_NO_SUCH_BIN', debianPackage: 'no-such-package' };

describe('a program that tests need', () => {
  afterEach(() => {
    vi.unstubAllEnvs();
  });

  it('is looked for on the PATH, unless its path is given', () => {
    expect(neededBinary({ ...nothing, name: 'sh' })).toMatch(/\/sh$/);
    vi.stubEnv(nothing.variable, '/opt/program');
    expect(neededBinary(nothing)).toBe('/opt/program');
  });

  it('that is missing skips them, but in CI fails, saying what to install', () => {
    vi.stubEnv('CUTOVER_NEEDED_BINARIES', '');
    expect(neededBinary(nothing)).toBeNull();
    vi.stubEnv('CUTOVER_NEEDED_BINARIES', 'required');
    expect(() => neededBinary(nothing)).toThrow(
      'there is no no-such-program on this machine: install it (apt-get install no-such-package)',
    );
  });
});
