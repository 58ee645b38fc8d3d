import type { Scenario } from './scenario.js';
import { F5, F6 } from './scenarios/broker-restarts.js';
import { S11 } from './scenarios/forged-state.js';
import { F1, F1a, F1k } from './scenarios/killed.js';
import { D7 } from './scenarios/many-keys.js';
import { F8 } from './scenarios/network.js';
import { D3, S1 } from './scenarios/poison.js';
import { F15 } from './scenarios/restore.js';
import { F13 } from './scenarios/retention.js';
import { F4, F4k, F4n } from './scenarios/rotation.js';
import { D14 } from './scenarios/same-events.js';
import { S2 } from './scenarios/secrets.js';
import { F11, F12 } from './scenarios/slow-sink.js';
import { F3 } from './scenarios/told-to-stop.js';
import { F10 } from './scenarios/transactions.js';
import { D1, D4, D8 } from './scenarios/values.js';
import { F9 } from './scenarios/zombie.js';

/** Every scenario, in the order in which they run. */
export const scenarios: readonly Scenario[] = [
  F1,
  F1a,
  F1k,
  F3,
  F4,
  F4k,
  F4n,
  F5,
  F6,
  F8,
  F9,
  F10,
  F11,
  F12,
  F13,
  F15,
  D1,
  D3,
  D4,
  D7,
  D8,
  D14,
  S1,
  S2,
  S11,
];
