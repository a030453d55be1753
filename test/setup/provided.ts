import type { SandboxInfo } from '../../sandbox/sandbox.ts';

declare module 'vitest' {
  export interface ProvidedContext {
    /** Paths of binaries. */
    temporal: string;
    temporalTestServer: string;
    /** The sandbox that all cluster tests share. */
    sandbox: SandboxInfo;
  }
}
