import { expectSequencesToHold } from './expect-sequences.ts';

expectSequencesToHold({ seed: 1, runs: 1_000 });
