import { expectSequencesToHold } from './expect-sequences.ts';

expectSequencesToHold({ seed: 1_000_001, runs: 1_000 });
