/** What a peer has to be brought for: a Python, a Java program, packages of npm. Contenders without a need are in this project. */
export type Need = 'python' | 'torch' | 'npm' | 'java' | 'devices';

/** What a contender is given in its own process. */
export interface Input {
  /** The same numbers for everyone, row after row where there are several columns. */
  data: Float64Array;
  parameters: Readonly<Record<string, number>>;
}

/** A piece of work that begins afresh each time. */
export interface Work {
  run(): void;
  /** Does the work once more, by the same path, and answers what is compared. */
  answers(): number[];
  /** Of the library that does it, where that is not this project. */
  version?: string;
}

/** One who does the work of a case. */
export interface Contender {
  readonly id: string;
  readonly name: string;
  readonly isOurs?: true;
  /** What is measured to know what the machine can do: no peer. */
  readonly isYardstick?: true;
  readonly needs?: Need;
  /** Makes the work, in Node. */
  readonly work?: (input: Input) => Work | Promise<Work>;
  /** Elsewhere: the name of the task in `bench/peers/python` or `bench/peers/java`. */
  readonly task?: string;
  /** Whole commands: the time of a run is that of the process. */
  readonly command?: (folder: string) => Command;
  /** What it has to answer, where that is its own and not that of the case. */
  readonly expected?: readonly number[];
  /** Where its answers are compared with more leave than the case gives, since it answers by an approximation. */
  readonly tolerance?: number;
}

export interface Command {
  readonly command: string;
  readonly args: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  /** What it has answered when it has run. */
  readonly answers: () => number[];
  readonly version?: string;
}
