/**
 * What is wrong with parts of a spec that are each right, so that no deployment of it could succeed: found before
 * anything is started. What only the cluster tells is preflight's. Pure.
 */
import { chooseContainer } from './candidate-container.ts';
import { formatDuration, toMilliseconds } from './duration.ts';
import { locatedHeaders, passesProxy } from './request-headers.ts';
import { slotName, slots } from './slot.ts';
import type { Spec } from './spec.ts';
import { watchMistakes } from './watch-mistakes.ts';

export interface Contradiction {
  /** Of the field that is to be changed first. */
  readonly path: readonly (string | number)[];
  readonly message: string;
}

/** All of them, in the order of the spec. */
export function contradictionsIn(spec: Spec): Contradiction[] {
  return rules.flatMap((rule) => rule(spec));
}

const rules: readonly ((spec: Spec) => Contradiction[])[] = [
  previewName,
  manifestElsewhere,
  manifestContainer,
  stillNotReady,
  bodylessAnswers,
  namesUsedTwice,
  tooFewPods,
  missingServer,
  headersTaken,
  watchMistakes,
];

/** The preview Services stay where production switches to and fro between what they select. */
function previewName({ app, service }: Spec): Contradiction[] {
  const previews = slots.map((slot) => slotName(app, slot));
  if (!previews.includes(service)) return [];
  const message = `is the name of a preview Service of ${app} (${previews.join(', ')}): give the production Service another name`;
  return [{ path: ['service'], message }];
}

function manifestElsewhere({ candidate, namespace }: Spec): Contradiction[] {
  if (!('manifest' in candidate)) return [];
  const { apiVersion, metadata } = candidate.manifest;
  const other = namespaceOf(metadata);
  return [
    ...(apiVersion === undefined || apiVersion === 'apps/v1'
      ? []
      : [{ path: ['candidate', 'manifest', 'apiVersion'], message: 'has to be apps/v1' }]),
    ...(other === undefined || other === namespace
      ? []
      : [
          {
            path: ['candidate', 'manifest', 'metadata', 'namespace'],
            message: `is "${other}", the spec is for "${namespace}": leave it out of the manifest, or write the same in both`,
          },
        ]),
  ];
}

function namespaceOf(metadata: unknown): string | undefined {
  if (typeof metadata !== 'object' || metadata === null || !('namespace' in metadata)) return undefined;
  return typeof metadata.namespace === 'string' ? metadata.namespace : undefined;
}

function manifestContainer({ candidate }: Spec): Contradiction[] {
  if (!('manifest' in candidate)) return [];
  const names = containerNames(candidate.manifest.spec.template['spec']);
  if (names.length === 0) return [];
  const choice = chooseContainer(names, candidate);
  return choice.ok ? [] : [{ path: ['candidate', 'container'], message: choice.problem }];
}

/** None where the API server has more to say of them than this. */
function containerNames(podSpec: unknown): string[] {
  const containers =
    typeof podSpec === 'object' && podSpec !== null && 'containers' in podSpec ? podSpec.containers : null;
  if (!Array.isArray(containers)) return [];
  return containers.flatMap((one: unknown) =>
    typeof one === 'object' && one !== null && 'name' in one && typeof one.name === 'string' ? [one.name] : [],
  );
}

function stillNotReady({ minReadySeconds, timeouts }: Spec): Contradiction[] {
  if (minReadySeconds === undefined || minReadySeconds * 1_000 < toMilliseconds(timeouts.deploy)) return [];
  const length = formatDuration(minReadySeconds * 1_000);
  const message = `is ${length}, for which every pod has to be ready within timeouts.deploy (${timeouts.deploy}): lower it, or raise timeouts.deploy`;
  return [{ path: ['minReadySeconds'], message }];
}

const bodylessStatuses: ReadonlySet<number> = new Set([204, 304]);

/** Smoke checks that ask for something in an answer which has no content. */
function bodylessAnswers({ smoke }: Spec): Contradiction[] {
  return smoke.checks.flatMap((check, index) => {
    if (!('http' in check)) return [];
    const { method, expect } = check.http;
    const statuses = [expect.status].flat();
    const isBodyless = method === 'HEAD' || statuses.every((status) => bodylessStatuses.has(status));
    if (!isBodyless) return [];
    const answer = method === 'HEAD' ? 'the answer to HEAD' : `an answer with the status ${statuses.join(' or ')}`;
    return (['json', 'text'] as const)
      .filter((part) => expect[part] !== undefined && expect[part] !== '')
      .map((part) => ({
        path: ['smoke', 'checks', index, 'http', 'expect', part],
        message: `can never be found: ${answer} has no content`,
      }));
  });
}

function namesUsedTwice({ smoke, soak, monitor }: Spec): Contradiction[] {
  const lists = { smoke: smoke.checks, soak: soak.checks ?? [], monitor: monitor.checks ?? [] };
  return Object.entries(lists).flatMap(([step, checks]) => {
    const names = checks.map(({ name }) => name);
    const index = names.findIndex((name, at) => names.indexOf(name) !== at);
    return index < 0 ? [] : [{ path: [step, 'checks', index, 'name'], message: 'is used by two checks' }];
  });
}

/** Where the spec does not say how many pods there are, preflight asks the cluster. */
function tooFewPods({ replicas, cutover, rollback }: Spec): Contradiction[] {
  if (replicas === undefined) return [];
  const { minimumReady } = cutover;
  const pods = `the candidate has ${replicas} (replicas)`;
  return [
    ...(minimumReady === undefined || minimumReady <= replicas
      ? []
      : [
          {
            path: ['cutover', 'minimumReady'],
            message: `is ${minimumReady}, but ${pods}: lower it, or raise replicas`,
          },
        ]),
    ...(rollback.minimumReady <= replicas
      ? []
      : [
          {
            path: ['rollback', 'minimumReady'],
            message: `is ${rollback.minimumReady}, but ${pods}, and the old slot stays until so many are ready: lower it, or raise replicas`,
          },
        ]),
  ];
}

function missingServer({ metrics, soak, monitor, prometheus }: Spec): Contradiction[] {
  const checks = [...(soak.checks ?? []), ...(monitor.checks ?? [])];
  const isAsked =
    (typeof metrics === 'object' && 'prometheus' in metrics) || checks.some((check) => 'prometheus' in check);
  if (prometheus !== undefined || !isAsked) return [];
  const message = 'is required by what asks it in "metrics" or "checks": give its "url" or "service"';
  return [{ path: ['prometheus'], message }];
}

/** Headers that would not arrive. */
function headersTaken(spec: Spec): Contradiction[] {
  if (spec.access === 'direct') return [];
  return locatedHeaders(spec)
    .filter(({ to }) => to === 'cluster')
    .flatMap(({ path, headers }) =>
      Object.keys(headers)
        .filter((name) => !passesProxy(name))
        .map((name) => ({
          path: [...path, 'headers', name],
          message: "cannot pass the API server's proxy: use access: direct, or another header",
        })),
    );
}
