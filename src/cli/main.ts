#!/usr/bin/env node
import { run } from './program.js';

// Nobody reads any more: a reason to stop, which whoever writes finds out by itself, not to fail.
for (const stream of [process.stdout, process.stderr])
  stream.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') throw error;
  });

process.exitCode = await run(process.argv);
