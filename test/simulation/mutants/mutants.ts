/** Small mistakes in the product, each of which the simulation has to notice: what shows that its checks can fail. */

export interface Mutant {
  /** The number, in docs/invariants.md, of the invariant that it breaks. */
  readonly invariant: '1' | '2' | '3' | '4' | '6' | '7' | '8' | '9';
  readonly name: string;
  readonly file: string;
  /** A text that the file has exactly once. */
  readonly replace: string;
  readonly by: string;
}

/** Invariant 5, on the phases of a database, has its place here once there are such phases. */
export const mutants: readonly Mutant[] = [
  {
    invariant: '1',
    name: 'a cutover asks for no ready pods',
    file: 'src/activities/cutover.ts',
    replace: 'minimum: cutover.minimumReady ?? replicas,',
    by: 'minimum: 0,',
  },
  {
    invariant: '1',
    name: 'a switch does not look at the pods before it patches',
    file: 'src/kubernetes/switch.ts',
    replace: '  await ready(before.selector);\n',
    by: '',
  },
  {
    invariant: '1',
    name: 'a rollback does not look at the pods of stable',
    file: 'src/activities/rollback.ts',
    replace: '!(await stableReady(dependencies, live, wanted.stable, waiting))',
    by: 'waiting === undefined',
  },
  {
    invariant: '1',
    name: 'a rollback takes from the users what somebody set by hand',
    file: 'src/activities/rescue.ts',
    replace: '(await countReadySelected(cluster, namespace, live.selector)) > 0',
    by: '(await countReadySelected(cluster, namespace, live.selector)) < 0',
  },
  {
    invariant: '1',
    name: 'a cutover goes the wrong way',
    file: 'src/kubernetes/switch.ts',
    replace: "{ op: 'replace', path: selectorPath('version'), value: to ?? noSlot }",
    by: "{ op: 'replace', path: selectorPath('version'), value: 'purple' }",
  },
  {
    invariant: '2',
    name: 'a teardown removes the slot that production selects',
    file: 'src/activities/teardown.ts',
    replace: 'if (live?.slot === slot) {',
    by: 'if (live === undefined) {',
  },
  {
    invariant: '2',
    name: 'a teardown does not look at production at all',
    file: 'src/activities/teardown.ts',
    replace: '    await assertRemovable(cluster, input);\n',
    by: '',
  },
  {
    invariant: '2',
    name: 'a deploy clears the slot that production selects',
    file: 'src/activities/deploy.ts',
    replace: 'if (live.slot !== candidateSlot) return;',
    by: 'if (live !== undefined) return;',
  },
  {
    invariant: '3',
    name: 'the fallback is kept for half of its time',
    file: 'src/workflows/steps/retention.ts',
    replace: 'held ? null : toMilliseconds(kept);',
    by: 'held ? null : toMilliseconds(kept) / 2;',
  },
  {
    invariant: '3',
    name: 'the fallback goes right after the cutover',
    file: 'src/workflows/blue-green-deploy.ts',
    replace: '  await monitor(deployment);\n',
    by: '  await teardown(deployment);\n  await monitor(deployment);\n',
  },
  {
    invariant: '3',
    name: 'a rollback takes its time',
    file: 'src/activities/rollback.ts',
    replace: '      const live = await readProduction(cluster, spec);\n',
    by: '      await sleep(2_000);\n      const live = await readProduction(cluster, spec);\n',
  },
  {
    invariant: '4',
    name: 'a switch does not test the fence',
    file: 'src/kubernetes/switch.ts',
    replace: "    { op: 'test', path: annotationPath(annotations.fence), value: String(fence) },\n",
    by: '',
  },
  {
    invariant: '4',
    name: 'a switch does not test who holds the fence',
    file: 'src/kubernetes/switch.ts',
    replace: "    { op: 'test', path: annotationPath(annotations.owner), value: ownerOf(wanted, runId) },\n",
    by: '',
  },
  {
    invariant: '4',
    name: 'a cutover does not raise the fence',
    file: 'src/activities/cutover.ts',
    replace: 'nextFence: fence + 1',
    by: 'nextFence: fence',
  },
  {
    invariant: '4',
    name: 'a rollback patches whatever the Service has become',
    file: 'src/kubernetes/give-back.ts',
    replace: "    { op: 'test', path: '/metadata/resourceVersion', value: live.resourceVersion },\n",
    by: '',
  },
  {
    invariant: '6',
    name: 'too little data counts as a pass',
    file: 'src/evidence/judge.ts',
    replace: "if (findings.length === 0 || findings.some(({ verdict }) => verdict === 'insufficient-data')) {",
    by: 'if (findings.length === 0) {',
  },
  {
    invariant: '6',
    name: 'a watch is over before its time',
    file: 'src/activities/watch-slots.ts',
    replace: 'return startedAt + toMilliseconds(duration) +',
    by: 'return startedAt + toMilliseconds(duration) / 2 +',
  },
  {
    invariant: '6',
    name: 'insufficient data lets the deployment go on whatever the spec says',
    file: 'src/workflows/watch-verdict.ts',
    replace: "if (watch.onInsufficientData === 'rollback') {",
    by: "if (watch.onInsufficientData === 'never') {",
  },
  {
    invariant: '6',
    name: 'nobody asks what the soak has found',
    file: 'src/workflows/steps/soak.ts',
    replace: "  judge(deployment, 'soak', evidence, watch);\n",
    by: "  record.end('soak', 'done', evidence.reason);\n",
  },
  {
    invariant: '7',
    name: 'a teardown removes what another deployment has made',
    file: 'src/activities/teardown.ts',
    replace: 'if (by !== input.runId) return',
    by: 'if (by === input.spec.app) return',
  },
  {
    invariant: '7',
    name: 'a switch that an earlier attempt has made is not recognised',
    file: 'src/kubernetes/switch.ts',
    replace: 'if (fence !== nextFence || switched === null || switched.by !== runId) return null;',
    by: 'if (fence >= 0 || switched === null) return null;',
  },
  {
    invariant: '7',
    name: 'an activity is tried once',
    file: 'src/workflows/step-activities.ts',
    replace: '  maximumInterval: 5_000,\n',
    by: '  maximumInterval: 5_000,\n  maximumAttempts: 1,\n',
  },
  {
    invariant: '7',
    name: 'a rollback leaves the candidate standing',
    file: 'src/workflows/roll-back.ts',
    replace: "teardown({ ...target, slot, how: 'delete' });",
    by: "teardown({ ...target, slot, how: 'scale-to-zero' });",
  },
  {
    invariant: '8',
    name: 'what is moved by hand is not put on record',
    file: 'src/workflows/roll-back.ts',
    replace: 'if (found !== null) record.switched(found);',
    by: 'if (found !== null && found.kind !== "by-hand") record.switched(found);',
  },
  {
    invariant: '8',
    name: 'a cutover is not put on record',
    file: 'src/workflows/steps/cutover.ts',
    replace: "  record.switched(switchRecord(state, 'cutover', { ...cause, requestedAt }, result));\n",
    by: '',
  },
  {
    invariant: '8',
    name: 'a cutover that could not be reported is not put on record',
    file: 'src/workflows/roll-back.ts',
    replace: '  if (cutover !== null) record.switched(cutover);\n',
    by: '',
  },
  {
    invariant: '8',
    name: 'the record names the image of the other slot',
    file: 'src/workflows/switch-record.ts',
    replace: 'toImageDigests: digestsOf(state, result.to),',
    by: 'toImageDigests: digestsOf(state, result.from),',
  },
  {
    invariant: '8',
    name: 'the record does not say who approved',
    file: 'src/workflows/switch-record.ts',
    replace: '(approval?.by ?? null),',
    by: 'null,',
  },
  {
    invariant: '9',
    name: 'what an application sends back is not searched for secrets',
    file: 'src/activities/secret-headers.ts',
    replace: 'const conceal = concealing(values);',
    by: "const conceal: SecretHeaders['conceal'] = (answer) => (values.size < 0 ? concealing(values)(answer) : answer);",
  },
  {
    invariant: '9',
    name: 'the values of secrets go into the results of the checks',
    file: 'src/activities/smoke.ts',
    replace: 'return boundedSmoke({ verdict:',
    by: 'checks.push({ ...checks[0], detail: JSON.stringify(requests.map(secrets.resolve)) } as never);\n    return boundedSmoke({ verdict:',
  },
  {
    invariant: '9',
    name: 'notices are kept without an end',
    file: 'src/domain/record.ts',
    replace: 'text: sentence(text) }].slice(-noticesKept);',
    by: 'text: sentence(text) }, ...this.#state.notices, { at: this.#now(), text }];',
  },
];
