/** What the trace knows of one Client Identifier on one Server. */
import type { Connection } from './connection.ts';
import type { Server } from './server.ts';
import type { Session } from './session.ts';
import type { SessionEnd } from './session-end.ts';
import type { PathProof } from './unseen-causes.ts';
import type { Will } from './will.ts';

export class Client {
  readonly server: Server;
  readonly clientId: string;
  /** The accepted connection that its Session uses. */
  current: Connection | undefined = undefined;
  /** The newest connection that ended. */
  last: Connection | undefined = undefined;
  /** The newest Session, which may have ended. */
  session: Session | undefined = undefined;
  sessionEnd: SessionEnd | undefined = undefined;
  /** Closed by the Server while a CONNECT that may have taken over waits for its answer. */
  deferred: Connection | undefined = undefined;
  /** That a message of its own, on the topic of a will, reached a subscriber. */
  proof: PathProof | undefined = undefined;
  /** CONNECT was seen, the answer not yet. */
  readonly asking = new Set<Connection>();
  /** Wills of ended connections that a new CONNECT can still cancel, or that must not come any more. */
  readonly wills = new Set<Will>();

  constructor(server: Server, clientId: string) {
    this.server = server;
    this.clientId = clientId;
  }

  get idle(): boolean {
    return (
      this.current === undefined &&
      this.session === undefined &&
      this.deferred === undefined &&
      this.asking.size === 0 &&
      this.wills.size === 0
    );
  }
}
