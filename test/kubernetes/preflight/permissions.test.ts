import { describe, expect, it } from 'vitest';
import type { ApiRequest } from '../../../src/kubernetes/api-server.ts';
import type { Cluster } from '../../../src/kubernetes/cluster.ts';
import { checkPermissions } from '../../../src/kubernetes/preflight/permissions.ts';
import { specOf } from '../objects.ts';

interface Review {
  readonly verb: string;
  readonly resource: string;
  readonly subresource?: string;
  readonly name?: string;
}

/** A cluster that allows all but what is denied. */
function denying(denied: (review: Review) => boolean): Cluster {
  const json = ({ body }: ApiRequest): Promise<unknown> => {
    const { spec } = JSON.parse(String(body)) as { spec: { resourceAttributes: Review } };
    return Promise.resolve({ status: { allowed: !denied(spec.resourceAttributes) } });
  };
  return { api: { json } } as unknown as Cluster;
}

describe('preflight', () => {
  it('asks for nothing more of a worker that may do everything', async () => {
    expect(
      await checkPermissions(
        denying(() => false),
        specOf(),
      ),
    ).toEqual({ problems: [], notices: [] });
  });

  it('names exactly the verbs and the objects that are missing', async () => {
    const cluster = denying(
      ({ resource, verb, name }) => resource === 'deployments' && verb === 'delete' && name === 'api-green',
    );
    const { problems } = await checkPermissions(cluster, specOf());
    expect(problems).toEqual([
      expect.stringMatching(
        /in namespace "default".*: \{"apiGroups":\["apps"\],"resources":\["deployments"\],"resourceNames":\["api-green"\],"verbs":\["delete"\]\}$/,
      ),
    ]);
  });

  it('only notices what it can do without, and says what is missed', async () => {
    const { problems, notices } = await checkPermissions(
      denying(({ subresource }) => subresource === 'log'),
      specOf({ logs: 'none' }),
    );
    expect(problems).toEqual([]);
    expect(notices).toEqual([expect.stringMatching(/"pods\/log".*crash are not shown$/)]);
  });
});
