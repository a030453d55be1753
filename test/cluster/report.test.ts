/** `cutover report` of deployments that really run, and its page in a real browser. */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { chromiumBinary, launchBrowser, openFile } from '../setup/browser.ts';
import { at, image, unwatched } from './expected.ts';
import { ClusterRig } from './rig.ts';

let rig: ClusterRig;
let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'cutover-report-'));
});
afterEach(async ({ task }) => {
  await rig.remove(task.name);
});
afterAll(() => {
  rmSync(folder, { recursive: true, force: true });
});

/** The run ids that `cutover list` has. */
async function listed(...args: string[]): Promise<string[]> {
  const { stdout } = await rig.cutover('list', ...args, '--json');
  return (JSON.parse(stdout) as { deployments: { runId: string }[] }).deployments.map(({ runId }) => runId);
}

describe('cutover report', () => {
  it('tells of a deployment that runs, of the latest one, and of an earlier one', async () => {
    rig = await ClusterRig.withSeed(2);
    const file = join(folder, 'report.html');
    await rig.cutover('deploy', '-f', rig.spec({ approval: { required: true } }), '--reason', 'build 7');
    const { runId } = await rig.when(at('approval'));
    await rig.cutoverEnds(0, 'report', rig.id, '--html', file);
    expect(readFileSync(file, 'utf8')).toContain('Running, at approval');
    await rig.cutoverEnds(0, 'reject', rig.id, '--reason', 'not <today>');
    await rig.when(({ outcome }) => outcome === 'rejected');
    await rig.cutoverEnds(0, 'deploy', '-f', rig.spec({ ...image('v2.1'), ...unwatched }), '--wait', 'promoted');

    const latest = await rig.cutover('report', rig.id, '--html', file, '--json');
    expect(latest.code).toBe(0);
    expect(JSON.parse(latest.stdout)).toMatchObject({ file, id: rig.id, outcome: 'running' });
    expect(readFileSync(file, 'utf8')).toContain('myapp:v2.1');
    const earlier = await rig.cutover('report', rig.id, '--run', runId, '--html', '-');
    expect(earlier.stdout).toContain('not &lt;today&gt;');
    expect(earlier.stdout).not.toContain('myapp:v2.1');
    expect((await rig.cutover('report', rig.id)).stdout).toMatch(/soak: pass[\s\S]*switches[\s\S]*cutover/);

    for (const run of ['00000000-0000-4000-8000-000000000000', 'deadbeef']) {
      const unknown = await rig.cutover('report', rig.id, '--run', run);
      expect(unknown).toMatchObject({ code: 1, stdout: '' });
      expect(unknown.stderr).toContain(`has no deployment with the run id ${run}: see \`cutover list --json\``);
    }
    // Temporal's list lags behind by a second or so.
    await expect.poll(() => listed('--namespace', rig.namespace), { timeout: 30_000 }).toContain(runId);
    expect(await listed('--namespace', rig.namespace.slice(0, -1))).toEqual([]);
    const nowhere = await rig.cutover('report', rig.id, '--html', join(folder, 'none', 'report.html'));
    expect(nowhere).toMatchObject({ code: 1, stdout: '' });
    expect(nowhere.stderr).toContain('its folder does not exist');
  }, 180_000);

  it.skipIf(chromiumBinary === null)(
    'writes a page that a browser shows without a word and without a request',
    async () => {
      rig = await ClusterRig.withSeed(2);
      const load = await rig.load();
      const file = join(folder, 'rolled-back.html');
      const monitor = { duration: '20s', interval: '500ms' };
      const spec = rig.spec({ ...image('v3.0'), monitor });
      await rig.cutoverEnds(3, 'deploy', '-f', spec, '--wait', 'finished');
      await load.stop();
      await rig.cutoverEnds(0, 'report', rig.id, '--html', file);
      const browser = await launchBrowser();
      try {
        const { page, said, requested } = await openFile(browser, file, { width: 1280, colorScheme: 'light' });
        expect(said).toEqual([]);
        expect(requested.filter((url) => url.startsWith('http'))).toEqual([]);
        expect(await page.getByRole('heading', { level: 1 }).textContent()).toBe(rig.id);
        await page.getByRole('heading', { level: 2, name: 'Soak' }).waitFor();
        await page.getByRole('rowheader', { name: 'error rate' }).first().waitFor();
      } finally {
        await browser.close();
      }
    },
  );
});
