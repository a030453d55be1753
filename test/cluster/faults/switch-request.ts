import type { Passing } from './fault-proxy.ts';

/** Whether it is the patch that moves production to that slot. */
export const isSwitch = ({ method, path, body }: Passing, to: string): boolean =>
  method === 'PATCH' &&
  path.includes('/services/api-service') &&
  body.includes(`"path":"/spec/selector/version","value":"${to}"`) &&
  body.includes('"op":"replace"');
