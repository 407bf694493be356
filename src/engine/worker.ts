/** The engine's worker thread: connects the engine to the host's messages. */
import { parentPort } from 'node:worker_threads';
import { systemClock } from '../net/clock.ts';
import { stackOf } from './dispatch.ts';
import { Engine } from './engine.ts';
import type { FromEngine, ToEngine } from './messages.ts';

if (parentPort === null) throw new Error('The engine runs in a worker thread only.');
const port = parentPort;

// What nobody has caught ends the worker, and the host starts it again; first it goes into the log.
process.on('uncaughtExceptionMonitor', (error, origin) => {
  const last: FromEngine = { kind: 'log', level: 'error', message: `${origin}: ${stackOf(error)}` };
  port.postMessage(last);
});

const engine = new Engine({
  clock: systemClock,
  post: (message, transfer) => port.postMessage(message, transfer),
});
port.on('message', (request: ToEngine) => {
  void engine.handle(request);
});
