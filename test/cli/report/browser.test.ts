/** The page as people open it: in a real Chromium, on a desk and on a phone, in light and in dark. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { DeploymentStatus } from '../../../src/client/index.ts';
import type { SeriesPoint } from '../../../src/domain/evidence.ts';
import { page as pageOf } from '../../../src/cli/report/page.ts';
import { chromiumBinary, launchBrowser, openFile, type View } from '../../setup/browser.ts';
import { status } from '../render/sample.ts';
import { quietSoak, rolledBack } from '../watched.ts';
import { hostile, withHostileTexts } from './hostile.ts';

const views: readonly View[] = [390, 1280].flatMap((width) =>
  (['light', 'dark'] as const).map((colorScheme) => ({ width, colorScheme })),
);

/** A third of the limit: then the limit is where the axis ends. */
function withErrors(point: SeriesPoint): SeriesPoint {
  const few = { requests: 300, errors: 1, p95Ms: 40 };
  return { ...point, candidate: few, stable: few };
}

describe.skipIf(chromiumBinary === null)('in a browser', () => {
  let browser: Browser;
  let folder: string;
  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'cutover-report-'));
    browser = await launchBrowser();
  });
  afterAll(async () => {
    await browser.close();
    rmSync(folder, { recursive: true, force: true });
  });

  function written(shown: DeploymentStatus): string {
    const file = join(folder, 'report.html');
    writeFileSync(file, pageOf(shown, { now: new Date('2026-11-23T14:19:00Z'), version: '0.1.0' }));
    return file;
  }

  it.each(views)('at $width pixels in $colorScheme: fits, says nothing, fetches nothing', async (view) => {
    const { page, said, requested } = await openFile(browser, written(status(rolledBack())), view);
    expect(said).toEqual([]);
    expect(requested.filter((url) => !url.startsWith('file:') && url !== 'data:,')).toEqual([]);
    expect(await page.evaluate('document.documentElement.scrollWidth')).toBe(view.width);
    const background = await page.evaluate('getComputedStyle(document.body).backgroundColor');
    expect(background).toBe(view.colorScheme === 'light' ? 'rgb(255, 255, 255)' : 'rgb(19, 23, 27)');
    expect(await page.getByRole('img').count()).toBe(4);
    const curves = await page.locator('path.curve').all();
    // Of both slots, in three charts.
    expect(curves).toHaveLength(6);
    for (const curve of curves) {
      const box = await curve.boundingBox();
      expect(box?.width).toBeGreaterThan(50);
      expect((box?.x ?? 0) + (box?.width ?? 0)).toBeLessThan(view.width);
    }
  });

  it('reads as headings, tables with headers, and charts in words', async () => {
    const { page } = await openFile(browser, written(status(rolledBack())), { width: 1280, colorScheme: 'light' });
    expect(await page.getByRole('heading', { level: 1 }).allTextContents()).toEqual(['default/api']);
    await page.getByRole('heading', { level: 2, name: 'Monitor fail' }).waitFor();
    await page.getByRole('columnheader', { name: 'Candidate (green)' }).first().waitFor();
    await page.getByRole('rowheader', { name: 'error rate' }).first().waitFor();
    await page.getByRole('img', { name: /^Error rate\. Candidate \(green\): at most 9\.02 %/ }).waitFor();
  });

  it('shows all of the slots where digests are long, and no limit over a title', async () => {
    const state = rolledBack();
    const imageDigests = [`docker.io/library/myapp@sha256:${'0123456789abcdef'.repeat(4)}`];
    const soak = { ...quietSoak(), series: quietSoak().series?.map(withErrors) ?? [] };
    const shown = status({
      ...state,
      stable: state.stable && { ...state.stable, imageDigests },
      candidate: state.candidate && { ...state.candidate, imageDigests },
      switches: [],
      evidence: { ...state.evidence, soak, monitor: null },
    });
    const { page } = await openFile(browser, written(shown), { width: 1100, colorScheme: 'light' });
    const slots = 'document.querySelector("[aria-label=\'Both slots\']")';
    expect(await page.evaluate(`${slots}.scrollWidth - ${slots}.clientWidth`)).toBe(0);
    expect(await page.locator('figure.chart h3').count()).toBe(3);
    expect(await page.locator('figure.chart .limit-label').count()).toBe(2);
    for (const chart of await page.locator('figure.chart').all()) {
      const title = await chart.locator('h3').boundingBox();
      for (const label of await chart.locator('.limit-label').all()) {
        expect((await label.boundingBox())?.y).toBeGreaterThanOrEqual((title?.y ?? 0) + (title?.height ?? 0));
      }
    }
  });

  it('runs nothing of what others have written, and shows it', async () => {
    const file = written(withHostileTexts(status(rolledBack())));
    for (const view of views) {
      const { page, said, requested } = await openFile(browser, file, view);
      expect(said).toEqual([]);
      expect(requested.filter((url) => !url.startsWith('file:') && url !== 'data:,')).toEqual([]);
      expect(await page.evaluate('window.executed')).toBeUndefined();
      expect(
        await page.evaluate(
          'document.querySelectorAll("iframe, img, script:not(#state), style:not(head style)").length',
        ),
      ).toBe(0);
      expect(await page.evaluate('document.documentElement.scrollWidth')).toBe(view.width);
      expect(await page.locator('h1').textContent()).toContain(hostile.slice(0, 60));
      expect(await page.getByRole('heading', { level: 1 }).isVisible()).toBe(true);
    }
  });

  it('could not run it even if it were taken as markup', async () => {
    const broken = join(folder, 'broken.html');
    const markup = pageOf(status(rolledBack()), { now: new Date(0), version: '0.1.0' });
    writeFileSync(
      broken,
      markup.replace(
        '<main>',
        `<main><script>window.executed = true</script><img src="https://example.invalid/x" onerror="window.executed = true">`,
      ),
    );
    const { page, said, requested } = await openFile(browser, broken, { width: 1280, colorScheme: 'light' });
    expect(await page.evaluate('window.executed')).toBeUndefined();
    expect(requested.filter((url) => url.startsWith('http'))).toEqual([]);
    expect(said.join()).toContain('Content Security Policy');
  });
});
