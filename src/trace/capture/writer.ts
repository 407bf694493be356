/**
 * Writes records of the trace as a pcapng file that Wireshark reads: each connection as TCP over IP, what was done to it
 * as journal entries, and notes from which reading the file again makes the same trace.
 */
import { assertNever } from '../../mqtt/assert-never.ts';
import type {
  ActionTarget,
  ConnectionEnd,
  ConnectionInfo,
  Endpoint,
  RecordedAction,
} from '../../mqtt/network-connection.ts';
import { TO_CLIENT, TO_SERVER } from '../../mqtt/packet.ts';
import { MISSING_BYTES } from '../missing-bytes.ts';
import { RECORD } from '../model.ts';
import type { OpaqueRecord, PacketRecord, TraceRecord } from '../record.ts';
import { formatAddress } from './addresses.ts';
import { writeEnd, writeHead, writeJournalEntry } from './block-writer.ts';
import { ByteSink } from './byte-sink.ts';
import { endsOf, type FlowEnds, FlowWriter } from './flow-writer.ts';
import { maskedBytes } from './masking.ts';
import { APPLICATION, NOTE_FIELD, noteText } from './notes.ts';
import { nanosecondsOf } from './timestamps.ts';

export interface CaptureWriterOptions {
  /** Whether passwords and Authentication Data are replaced, their lengths kept. Their bytes are only left as they are when the user said so. */
  readonly mask: boolean;
  /** What is known of a connection whose opening is not among the records, and of what passed on it before them. */
  readonly openingOf?: ((connection: number) => KnownOpening | undefined) | undefined;
  /** How many older records there were. */
  readonly dropped?: number | undefined;
  /** Wrote the file of which this one is the next part: connections go on where they were in it. */
  readonly after?: CaptureWriter | undefined;
  /** What there is to say of a record, for other programs to show as comments on its packet. */
  readonly commentsOn?: ((seq: number) => readonly string[]) | undefined;
}

export interface KnownOpening {
  readonly info: ConnectionInfo;
  /** By direction, in bytes; undefined when nobody knows. */
  readonly passed?: readonly [toServer: number, toClient: number] | undefined;
}

interface Known extends KnownOpening {
  readonly ends: FlowEnds;
}

interface OpenFlow {
  readonly info: ConnectionInfo;
  readonly flow: FlowWriter;
  readonly ends: FlowEnds;
  /** Its handshake is not written yet: what follows tells whether there was one. */
  pendingAtMs: number | undefined;
}

/** So many connections are remembered after their end, for what the other side still sends. */
const CLOSED_LIMIT = 4096;

export class CaptureWriter {
  readonly #options: CaptureWriterOptions;
  readonly #sink = new ByteSink(65_536);
  readonly #flows = new Map<number, OpenFlow>();
  /** Connections that have ended, the longest ended first. */
  readonly #closed = new Map<number, OpenFlow>();
  /** The same, by addresses and ports. */
  readonly #closedAt = new Map<string, number>();
  /** Addresses and ports of connections that are open, so that no two share them. */
  readonly #inUse = new Set<string>();
  /** The connection that was opened last, if nothing has followed yet. */
  #pending: OpenFlow | undefined;
  /** Connections of the part before that nothing was written of yet. */
  readonly #before = new Map<number, Known>();

  constructor({ after, ...options }: CaptureWriterOptions) {
    this.#options = options;
    for (const [connection, known] of after?.goingOn() ?? []) {
      this.#before.set(connection, known);
      this.#inUse.add(nameOf(known.ends));
    }
    const secrets = options.mask
      ? 'Passwords and Authentication Data are replaced.'
      : 'Passwords and Authentication Data are as they were sent.';
    const { dropped = 0 } = options;
    const lacks = dropped === 0 ? '' : ` The ${dropped} records before these were no longer held.`;
    writeHead(this.#sink, APPLICATION, [`Recorded by the ${APPLICATION}. ${secrets}${lacks}`]);
  }

  /** How many bytes wait to be taken. */
  get waiting(): number {
    return this.#sink.length;
  }

  /** In the order of the trace. */
  write(record: TraceRecord): void {
    switch (record.kind) {
      case RECORD.opened:
        this.#settle();
        this.#open(record.atMs, record.connection, { info: record.info });
        break;
      case RECORD.closed:
        this.#close(record.atMs, record.connection, record.end);
        break;
      case RECORD.packet:
      case RECORD.opaque:
        this.#settle();
        this.#data(record);
        break;
      case RECORD.action:
        this.#settle();
        this.#action(record.atMs, record.action, record.target);
        break;
      default:
        assertNever(record);
    }
  }

  /** What is to be added to the file. Everything that was written so far is then in it. */
  take(): Uint8Array<ArrayBuffer> {
    this.#settle();
    return this.#sink.take();
  }

  /** The last bytes of the file: the record goes on until then, whether or not anything came. */
  end(atMs: number): Uint8Array<ArrayBuffer> {
    this.#settle();
    writeEnd(this.#sink, atMs);
    return this.#sink.take();
  }

  #open(atMs: number, connection: number, opening: KnownOpening | Known): OpenFlow {
    const { passed } = opening;
    const info = withoutFolders(opening.info);
    this.#forget(connection);
    const ends = 'ends' in opening ? opening.ends : this.#freeEnds(endsOf(connection, info));
    const flow = new FlowWriter(this.#sink, connection, ends);
    const open: OpenFlow = { info, flow, ends, pendingAtMs: undefined };
    this.#flows.set(connection, open);
    if (info.startMissing === true) {
      flow.goOnAfter(passed ?? [0, 0]);
      const before =
        passed === undefined
          ? ''
          : `: ${passed[TO_SERVER]} bytes to the Server and ${passed[TO_CLIENT]} bytes to the Client came before`;
      const message = `The record of ${titleOf(connection, info)} begins after its start${before}`;
      const shown = { client: endpointOf(ends.client), server: endpointOf(ends.server) };
      this.#event(atMs, message, noteText({ note: 'opened', connection, info, ends: shown }));
    } else {
      const note = noteText({ note: 'opened', connection, info });
      open.flow.syn(atMs, [...openingComments(connection, info), note]);
      open.pendingAtMs = atMs;
      this.#pending = open;
    }
    return open;
  }

  #close(atMs: number, connection: number, end: ConnectionEnd): void {
    const refused = end.how === 'refused' && this.#pending === this.#flows.get(connection);
    if (refused) this.#pending = undefined;
    else this.#settle();
    const { flow } = this.#flowOf(atMs, connection);
    const note = noteText({ note: 'closed', connection, end });
    const comments = end.detail === undefined ? [note] : [`Ended with ${end.detail}`, note];
    if (refused) flow.end(atMs, TO_CLIENT, 'reset', comments);
    else if ((end.by === 'client' || end.by === 'server') && (end.how === 'fin' || end.how === 'reset')) {
      flow.end(atMs, end.by === 'client' ? TO_SERVER : TO_CLIENT, end.how, comments);
    } else {
      const detail = end.detail === undefined ? '' : ` (${end.detail})`;
      this.#event(atMs, `Connection ${connection} ended: ${end.how} by ${end.by}${detail}`, note);
    }
    this.#forget(connection);
  }

  #data(record: PacketRecord | OpaqueRecord): void {
    const { flow } = this.#flowOf(record.atMs, record.connection);
    const { direction, atMs, length, connection } = record;
    if (record.kind === RECORD.opaque && record.fault?.malformed.reason === MISSING_BYTES) {
      const { within } = record.fault;
      const note = noteText({
        note: 'missed',
        connection,
        direction,
        count: length,
        ...(within ? { within } : {}),
      });
      this.#event(atMs, record.fault.malformed.message, note);
      return;
    }
    const bytes = this.#options.mask ? maskedBytes(record, flow.begun[direction]) : record.bytes;
    if (record.kind === RECORD.packet) flow.begun[direction] = true;
    flow.data(atMs, direction, bytes, length, [...faultComments(record), ...this.#commentsOn(record.seq)]);
  }

  #action(atMs: number, action: RecordedAction, target: ActionTarget): void {
    const { connection, clientId, server } = target;
    const whom = [
      clientId,
      connection === undefined ? undefined : `connection ${connection}`,
      connection === undefined ? server : undefined,
    ].filter((each) => each !== undefined && each !== '');
    this.#event(
      atMs,
      `Action: ${action}${whom.length === 0 ? '' : `, ${whom.join(', ')}`}`,
      noteText({ note: 'action', action, target }),
    );
  }

  #event(atMs: number, message: string, note: string): void {
    const { high, low } = nanosecondsOf(atMs);
    const nanoseconds = (BigInt(high) << 32n) | BigInt(low);
    writeJournalEntry(this.#sink, [
      ['__REALTIME_TIMESTAMP', String(nanoseconds / 1000n)],
      ['MESSAGE', message],
      ['SYSLOG_IDENTIFIER', 'mqtt-session'],
      [`${NOTE_FIELD}_TIME`, String(nanoseconds)],
      [NOTE_FIELD, note],
    ]);
  }

  /** What was opened last was accepted: nothing has said otherwise. */
  #settle(): void {
    const { pendingAtMs, flow } = this.#pending ?? {};
    this.#pending = undefined;
    if (pendingAtMs !== undefined) flow?.accepted(pendingAtMs);
  }

  #flowOf(atMs: number, connection: number): OpenFlow {
    const open = this.#flows.get(connection) ?? this.#closed.get(connection);
    if (open !== undefined) return open;
    const before = this.#before.get(connection);
    this.#before.delete(connection);
    const known = before ?? this.#options.openingOf?.(connection) ?? { info: { server: '', tap: 'capture' } };
    return this.#open(atMs, connection, { ...known, info: { ...known.info, startMissing: true } });
  }

  /** Connections that have not ended in what was written so far. */
  *goingOn(): Generator<readonly [connection: number, known: Known], void, undefined> {
    yield* this.#before;
    for (const [connection, { info, ends, flow }] of this.#flows) {
      yield [connection, { info, ends, passed: flow.passed }];
    }
  }

  #forget(connection: number): void {
    const open = this.#flows.get(connection);
    if (open === undefined) return;
    this.#flows.delete(connection);
    this.#inUse.delete(nameOf(open.ends));
    this.#closed.set(connection, open);
    this.#closedAt.set(nameOf(open.ends), connection);
    if (this.#closed.size <= CLOSED_LIMIT) return;
    for (const [longestEnded, { ends }] of this.#closed) {
      this.#closed.delete(longestEnded);
      this.#closedAt.delete(nameOf(ends));
      break;
    }
  }

  #freeEnds(ends: FlowEnds): FlowEnds {
    let free = ends;
    // A connection to itself could not be told apart from its other direction.
    while (isToItself(free) || (this.#inUse.has(nameOf(free)) && this.#inUse.size < 60_000)) {
      const port = free.client.port >= 65_535 ? 1024 : free.client.port + 1;
      free = { ...free, client: { ...free.client, port } };
    }
    const name = nameOf(free);
    this.#inUse.add(name);
    // What still comes for the connection that had them before must not be taken for the new one's.
    const before = this.#closedAt.get(name);
    if (before !== undefined) this.#closed.delete(before);
    this.#closedAt.delete(name);
    return free;
  }

  #commentsOn(seq: number): readonly string[] {
    return this.#options.commentsOn?.(seq) ?? [];
  }
}

function isToItself({ client, server }: FlowEnds): boolean {
  return client.port === server.port && client.address.join('.') === server.address.join('.');
}

function endpointOf({ address, port }: FlowEnds['client']): Endpoint {
  return { address: formatAddress(address), port };
}

function nameOf({ client, server }: FlowEnds): string {
  return `${client.address.join('.')} ${client.port} ${server.address.join('.')} ${server.port}`;
}

/** The key of a client of ours begins with its file, and in which folders that lies is nobody's business who gets the capture. */
function withoutFolders(info: ConnectionInfo): ConnectionInfo {
  return info.client === undefined ? info : { ...info, client: info.client.replace(/^.*[/\\]/, '') };
}

function titleOf(connection: number, { label, server }: ConnectionInfo): string {
  return `connection ${connection}${label === undefined ? '' : ` (${label})`} to ${server}`;
}

function openingComments(connection: number, info: ConnectionInfo): string[] {
  const title = titleOf(connection, info);
  const { endpoints } = info;
  if (endpoints === undefined || endpoints.carrier === 'tcp') return [title];
  const over = { tls: 'TLS', ws: 'a WebSocket', wss: 'a WebSocket over TLS' }[endpoints.carrier];
  return [`${title}. It ran over ${over} on port ${endpoints.server.port}; only the MQTT in it is shown.`];
}

function faultComments(record: PacketRecord | OpaqueRecord): string[] {
  if (record.kind === RECORD.packet || record.fault === undefined) return [];
  return [`Not MQTT from here on: ${record.fault.malformed.message}`];
}
