import { CoreV1Api, KubeConfig, Watch, type CoreV1Event } from '@kubernetes/client-node';

export interface ServiceName {
  readonly namespace: string;
  readonly name: string;
}

/**
 * Where the sandbox serves the first port of a Service on this machine, as the node agent reported it in an Event:
 * `http://127.…:port`. Waits for the Event at most `timeoutMs`; rejects when the Service is not served by then.
 */
export async function serviceUrl(kubeconfig: string, service: ServiceName, timeoutMs = 15_000): Promise<string> {
  const config = new KubeConfig();
  config.loadFromFile(kubeconfig);
  const fieldSelector = `involvedObject.kind=Service,involvedObject.name=${service.name},reason=LoopbackTwin`;
  const { items, metadata } = await config
    .makeApiClient(CoreV1Api)
    .listNamespacedEvent({ namespace: service.namespace, fieldSelector });
  const known = items.map(addressOf).findLast((address) => address !== null);
  if (known !== undefined) return `http://${known}`;
  return firstReported(config, service, { fieldSelector, resourceVersion: metadata?.resourceVersion }, timeoutMs);
}

async function firstReported(
  config: KubeConfig,
  { namespace, name }: ServiceName,
  query: Record<string, string | undefined>,
  timeoutMs: number,
): Promise<string> {
  return new Promise((resolve, reject) => {
    const stop = new AbortController();
    const settle = (finish: () => void): void => {
      clearTimeout(timer);
      stop.abort();
      finish();
    };
    const late = new Error(`the Service ${namespace}/${name} is not served after ${timeoutMs} ms`);
    const timer = setTimeout(() => {
      settle(() => reject(late));
    }, timeoutMs);
    const heard = (_type: string, event: CoreV1Event): void => {
      const address = addressOf(event);
      if (address !== null) settle(() => resolve(`http://${address}`));
    };
    const ended = (error: unknown): void => {
      if (!stop.signal.aborted) settle(() => reject(error instanceof Error ? error : late));
    };
    new Watch(config).watch(`/api/v1/namespaces/${namespace}/events`, query, heard, ended).then(
      (controller) => {
        stop.signal.addEventListener('abort', () => controller.abort());
        if (stop.signal.aborted) controller.abort();
      },
      (error: unknown) => {
        settle(() => reject(error instanceof Error ? error : late));
      },
    );
  });
}

function addressOf({ message }: CoreV1Event): string | null {
  return /is served at (\S+)$/.exec(message ?? '')?.[1] ?? null;
}
