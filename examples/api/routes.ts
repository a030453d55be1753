/** The classes that paths fall in: few and fixed, so that metrics stay bounded. */
export const routeNames = ['/', '/api/items', '/api/items/:id', 'other'] as const;
export type RouteName = (typeof routeNames)[number];

/** Where a request leads: to the API, which is measured, or to the process itself, which is not. */
export type Route =
  | { readonly kind: 'api'; readonly name: RouteName; readonly id?: string }
  | { readonly kind: 'health' | 'metrics' | 'faults' };

/** The route of a request target such as `/api/items/7?full=1`. */
export function routeOf(target: string): Route {
  const path = target.split('?', 1)[0] ?? '/';
  switch (path) {
    case '/healthz':
      return { kind: 'health' };
    case '/metrics':
      return { kind: 'metrics' };
    case '/faults':
      return { kind: 'faults' };
    case '/':
    case '/api/items':
      return { kind: 'api', name: path };
    default: {
      const id = /^\/api\/items\/([^/]+)$/.exec(path)?.[1];
      return id === undefined ? { kind: 'api', name: 'other' } : { kind: 'api', name: '/api/items/:id', id };
    }
  }
}
