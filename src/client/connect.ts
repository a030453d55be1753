import { CutoverClient } from './client.ts';
import { readSettings, type SettingsOptions } from './settings.ts';
import { Temporal } from './temporal.ts';

/**
 * Connects to Temporal by the settings of @temporalio/envconfig: TEMPORAL_ADDRESS and its kin, or a profile of the
 * configuration file. Throws ConnectionFailed within some seconds when it cannot be reached.
 */
export async function connect(options: SettingsOptions = {}): Promise<CutoverClient> {
  return new CutoverClient(await Temporal.connect(readSettings(options)));
}
