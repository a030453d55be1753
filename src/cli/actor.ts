/** Who asks, when nobody says so with --by: the person behind the CI job, else the user of this machine. */
import { hostname, userInfo } from 'node:os';

type Environment = Readonly<Record<string, string | undefined>>;

const variables = [
  'CUTOVER_BY',
  'GITHUB_ACTOR',
  'GITLAB_USER_LOGIN',
  'BUILDKITE_BUILD_CREATOR',
  'CIRCLE_USERNAME',
  'BUILD_USER_ID',
  'BITBUCKET_STEP_TRIGGERER_UUID',
  'BUILD_REQUESTEDFOR',
  'DRONE_COMMIT_AUTHOR',
] as const;

export function actor(env: Environment): string {
  const named = variables.map((name) => env[name]).find((value) => value !== undefined && value.trim() !== '');
  return (named ?? `${userName(env)}@${hostname()}`).slice(0, 200);
}

function userName(env: Environment): string {
  try {
    return userInfo().username;
  } catch {
    // A container may run as a user whom no password file knows.
    return env['USER'] ?? `uid-${process.getuid?.() ?? 'unknown'}`;
  }
}
