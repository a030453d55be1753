import { describe, expect, it } from 'vitest';
import { parseQuantity } from '../../../src/kubernetes/preflight/quantity.ts';
import { podDemand, quotaProblems } from '../../../src/kubernetes/preflight/quota.ts';

it.each([
  ['1', 1],
  ['500m', 0.5],
  ['1.5', 1.5],
  ['.5', 0.5],
  ['2k', 2_000],
  ['1e3', 1_000],
  ['1Ki', 1_024],
  ['1.5Gi', 1.5 * 2 ** 30],
  ['100E', 1e20],
])('reads the quantity %s', (text, number) => {
  expect(parseQuantity(text)).toBeCloseTo(number, 6);
});

it('reads nothing from what is no quantity', () => {
  expect(['', 'many', '1X', '1 Gi'].map(parseQuantity)).toEqual([null, null, null, null]);
});

describe('what an environment takes', () => {
  const containers = [
    { name: 'api', resources: { requests: { cpu: '250m' }, limits: { cpu: '1', memory: '1Gi' } } },
    { name: 'proxy', resources: { requests: { cpu: '50m' } } },
  ];

  it('adds up containers, and takes a limit for the request that is not given', () => {
    const demand = podDemand({ containers }, 10);
    expect(demand['pods']).toBe(10);
    expect(demand['requests.cpu']).toBeCloseTo(3, 9);
    expect(demand['requests.memory']).toBe(10 * 2 ** 30);
    expect(demand['limits.cpu']).toBe(10);
  });

  it('takes the largest init container, since those run one after the other, and adds sidecars', () => {
    const large = { name: 'migrate', resources: { requests: { cpu: '2' } } };
    const sidecar = { name: 'log', restartPolicy: 'Always', resources: { requests: { cpu: '100m' } } };
    expect(podDemand({ containers, initContainers: [large] }, 1)['requests.cpu']).toBe(2);
    expect(podDemand({ containers, initContainers: [sidecar] }, 1)['requests.cpu']).toBeCloseTo(0.4, 9);
  });
});

describe('a quota', () => {
  const demand = podDemand({ containers: [{ name: 'a', resources: { requests: { memory: '600Mi' } } }] }, 2);

  it('says what is short, and ignores what it does not limit', () => {
    const quota = {
      metadata: { name: 'q' },
      status: { hard: { 'requests.memory': '2Gi', secrets: '1' }, used: { 'requests.memory': '1Gi', secrets: '1' } },
    };
    expect(quotaProblems([quota], demand)).toEqual([expect.stringContaining('the candidate needs 1200Mi more')]);
  });

  it('is not judged when it is for a part of the pods only', () => {
    const scoped = { spec: { scopes: ['BestEffort'], hard: { pods: '1' } } };
    expect(quotaProblems([scoped], demand)).toEqual([]);
  });
});
