export { serverKey } from '../trace/server-key.ts';
