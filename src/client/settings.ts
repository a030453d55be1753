/** Where Temporal is, by the settings of @temporalio/envconfig, and which of them said so; what payloads are encrypted with. */
import { loadClientConfigProfile, toClientOptions } from '@temporalio/envconfig';
import type { ConnectionOptions } from '@temporalio/client';
import { EncryptingCodec } from '../codec/payload-codec.ts';
import { defaultTaskQueue } from '../workflows/messages.ts';
import { ConnectionFailed } from './errors.ts';

/** What a client and a worker both connect by. */
export type TemporalConnection = Pick<ConnectionOptions, 'tls' | 'metadata'> & {
  readonly address: string;
  readonly apiKey?: string;
};

export interface Settings {
  readonly address: string;
  /** Which setting the address comes from, as a person would look for it. */
  readonly source: string;
  readonly namespace: string;
  readonly taskQueue: string;
  readonly connection: TemporalConnection;
  /** Encrypts with the keys of CUTOVER_PAYLOAD_KEYS; without them it leaves everything as it is. */
  readonly payloadCodec: EncryptingCodec;
}

export interface SettingsOptions {
  readonly address?: string;
  readonly namespace?: string;
  readonly taskQueue?: string;
  /** A profile of the Temporal configuration file; by default TEMPORAL_PROFILE, or `default`. */
  readonly profile?: string;
  /** By default the environment of this process. */
  readonly env?: Readonly<Record<string, string | undefined>>;
}

const defaultAddress = 'localhost:7233';

/**
 * Reads the settings. Throws ConnectionFailed when a profile, a file or a certificate cannot be read, PayloadKeysInvalid
 * when CUTOVER_PAYLOAD_KEYS is not as it has to be.
 */
export function readSettings(options: SettingsOptions = {}): Settings {
  const env = definedOnly(options.env ?? process.env);
  const payloadCodec = EncryptingCodec.of(env);
  const profileName = options.profile ?? env['TEMPORAL_PROFILE'];
  const lookUp = { overrideEnvVars: env, ...(profileName === undefined ? {} : { profile: profileName }) };
  try {
    const profile = loadClientConfigProfile(lookUp);
    const { connectionOptions, namespace } = toClientOptions(profile);
    const { apiKey, tls, metadata } = connectionOptions;
    const address = options.address ?? profile.address ?? defaultAddress;
    return {
      address,
      source: sourceOf(options, env, profile.address, profileName),
      namespace: options.namespace ?? namespace ?? 'default',
      taskQueue: options.taskQueue ?? taskQueueOf(env),
      payloadCodec,
      connection: {
        address,
        ...(tls === undefined ? {} : { tls }),
        ...(typeof apiKey === 'string' ? { apiKey } : {}),
        ...(metadata === undefined ? {} : { metadata }),
      },
    };
  } catch (error) {
    throw new ConnectionFailed(`the settings for Temporal cannot be read: ${(error as Error).message}`, {
      cause: error,
    });
  }
}

/** The task queue by the environment. */
export function taskQueueOf(env: Readonly<Record<string, string | undefined>>): string {
  const named = env['CUTOVER_TASK_QUEUE'];
  return named === undefined || named === '' ? defaultTaskQueue : named;
}

function sourceOf(
  options: SettingsOptions,
  env: Record<string, string>,
  fromProfile: string | undefined,
  profileName: string | undefined,
): string {
  if (options.address !== undefined) return 'as given';
  if (env['TEMPORAL_ADDRESS'] !== undefined) return 'from TEMPORAL_ADDRESS';
  if (fromProfile !== undefined)
    return `from the profile "${profileName ?? 'default'}" of the Temporal configuration file`;
  return 'the default; set TEMPORAL_ADDRESS or a profile';
}

function definedOnly(env: Readonly<Record<string, string | undefined>>): Record<string, string> {
  return Object.fromEntries(Object.entries(env).filter((entry): entry is [string, string] => entry[1] !== undefined));
}
