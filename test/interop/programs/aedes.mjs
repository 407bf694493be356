/** aedes in a process of its own: prints where it listens. */
import { createServer } from 'node:net';
import { Aedes } from 'aedes';

const aedes = await Aedes.createBroker();
const server = createServer({ noDelay: true }, aedes.handle);
server.listen(0, '127.0.0.1', () => console.log(`listening on mqtt://127.0.0.1:${server.address().port}`));
