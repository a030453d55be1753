import { expect, it } from 'vitest';
import { obey, writeCommand } from '../../sandbox/control.ts';

const done: string[] = [];
const sandbox = {
  kill: async (program: string) => void done.push(`kill ${program}`),
  restart: async (program: string) => {
    if (program !== 'etcd') throw new Error(`the sandbox has no program ${program}`);
    done.push(`restart ${program}`);
  },
};

it('does what a line asks for, and answers with what went wrong', async () => {
  expect(await obey(sandbox, writeCommand({ kind: 'kill', program: 'etcd' }))).toEqual({ error: null });
  expect(await obey(sandbox, writeCommand({ kind: 'restart', program: 'etcd' }))).toEqual({ error: null });
  expect(done).toEqual(['kill etcd', 'restart etcd']);
  expect(await obey(sandbox, 'restart nonsense')).toEqual({ error: 'the sandbox has no program nonsense' });
  expect((await obey(sandbox, 'sing')).error).toContain('"sing" is no command');
});
