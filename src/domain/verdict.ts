/** A watch that could not measure never says pass. */
export type Verdict = 'pass' | 'fail' | 'insufficient-data';
