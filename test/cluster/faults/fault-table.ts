/** What each fault came to, printed as one table when a file's tests are done. */
import type { LoadReport } from '../../../demo/load/report.ts';

export class FaultTable {
  readonly #rows: string[] = [];

  add(fault: string, { requestsSent, requestsFailed, longestGapMs }: LoadReport, outcome: string): void {
    this.#rows.push(`| ${fault} | ${requestsSent} | ${requestsFailed} | ${Math.round(longestGapMs)} ms | ${outcome} |`);
  }

  print(): void {
    const head = '| fault | requests sent | failed | longest gap | outcome |\n|---|---|---|---|---|';
    console.log([head, ...this.#rows].join('\n'));
  }
}
