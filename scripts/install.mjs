// Installs what the lock file says, once.
import { ensureInstalled } from './ensure-installed.mjs';

ensureInstalled(new URL('../', import.meta.url));
