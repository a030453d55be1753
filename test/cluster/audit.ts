/** What the worker asked of the API server, and by which right: the API server's own record. */
import { readFileSync } from 'node:fs';

/** One request, or the right to create that an apply needs beside its own. */
export interface Asked {
  readonly verb: string;
  readonly group: string;
  /** With its subresource: `pods/log`. */
  readonly resource: string;
  readonly name: string | null;
  readonly status: number;
  readonly allowed: boolean;
  /** In the words of the API server: which RoleBinding allowed it. */
  readonly reason: string;
}

interface AuditEvent {
  readonly stage: string;
  readonly verb: string;
  readonly objectRef?: {
    readonly apiGroup?: string;
    readonly resource: string;
    readonly subresource?: string;
    readonly namespace?: string;
    readonly name?: string;
  };
  readonly responseStatus?: { readonly code?: number };
  readonly annotations?: Readonly<Record<string, string>>;
}

/** The answered requests in a namespace, oldest first. Watches are answered when they end. */
export function askedIn(auditLog: string, namespace: string): Asked[] {
  return readFileSync(auditLog, 'utf8')
    .split('\n')
    .filter((line) => line.includes(namespace))
    .map((line) => JSON.parse(line) as AuditEvent)
    .filter(({ stage, objectRef }) => stage === 'ResponseComplete' && objectRef?.namespace === namespace)
    .flatMap(viewOf);
}

function viewOf({ verb, objectRef, responseStatus, annotations = {} }: AuditEvent): Asked[] {
  const { apiGroup = '', resource = '', subresource, name } = objectRef ?? {};
  const asked = {
    verb,
    group: apiGroup,
    resource: subresource === undefined ? resource : `${resource}/${subresource}`,
    name: name ?? null,
    status: responseStatus?.code ?? 0,
    allowed: annotations['authorization.k8s.io/decision'] === 'allow',
    reason: annotations['authorization.k8s.io/reason'] ?? '',
  };
  // An apply that made the object; the API server has asked for the right to create it, too.
  return verb === 'patch' && asked.status === 201 ? [asked, { ...asked, verb: 'create' }] : [asked];
}

/** What was refused, or allowed by something else than a Role of `cutover role`. */
export function outsideOfRole(asked: readonly Asked[]): Asked[] {
  return asked.filter(({ allowed, reason }) => !allowed || !reason.includes('by RoleBinding "cutover-'));
}
