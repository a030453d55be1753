import type { DeploymentStatus } from '../../../src/client/index.ts';
import { stepNames } from '../../../src/domain/state.ts';

/** What would run, fetch or restyle, were it not taken as text. */
export const hostile = [
  `"><script>window.executed = 'script'; document.title = 'executed'</script>`,
  `'><img src="https://example.invalid/x.png" onerror="window.executed = 'image'">`,
  `</script></style></title></textarea><svg onload="window.executed = 'svg'"><style>main { display: none }</style>`,
  '<!--<script><iframe src="https://example.invalid/"></iframe><meta http-equiv="refresh" content="0;url=https://example.invalid/">',
  '\u202E\u0000\u0007\uD800 & &amp; ${html} `',
].join(' ');

/** What programs choose, and no person or application can write. */
const chosen = new Set([
  'at',
  'from',
  'kind',
  'metric',
  'outcome',
  'over',
  'p95',
  'p99',
  'phase',
  'slot',
  'status',
  'step',
  'to',
  'verdict',
  'via',
  'with',
]);

/** The status with something hostile in each of its texts. */
export function withHostileTexts(status: DeploymentStatus): DeploymentStatus {
  return hostileIn(status, '') as DeploymentStatus;
}

function hostileIn(value: unknown, key: string): unknown {
  if (typeof value === 'string') return isChosen(value, key) ? value : `${value.slice(0, 20)} ${hostile}`;
  if (Array.isArray(value)) return value.map((item) => hostileIn(item, key));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, part]) => [name, hostileIn(part, name)]));
}

function isChosen(value: string, key: string): boolean {
  // The name of a step; others are texts.
  if (key === 'name') return steps.has(value);
  return chosen.has(key) || /^\d{4}-\d\d-\d\dT/.test(value) || /^\d+(?:ms|s|m|h|d)$/.test(value);
}

const steps = new Set<string>([...stepNames, 'rollback']);
