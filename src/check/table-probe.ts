/**
 * The form of a probe of the decision table: what Clients do to a Server, and what the standard makes it do then, in one row of data. The
 * seconds of a probe are counted from its zero: the moment at which the connection under test ends, is last heard, or is
 * taken over.
 */
import type { ProtocolVersion } from '../mqtt/packet.ts';
import type { RowId } from '../session/model.ts';
import type { Lane } from './probe.ts';

/** A CONNECT of the Client under test. Intervals in seconds. */
export interface ConnectStep {
  readonly step: 'connect';
  readonly version: ProtocolVersion;
  readonly cleanStart: boolean;
  /** The payload of the will, which names it. Its topic is the probe's. */
  readonly will?: string | undefined;
  /** Will Delay Interval. */
  readonly delay?: number | undefined;
  /** Session Expiry Interval; absent from the packet when undefined. */
  readonly expiry?: number | undefined;
  readonly keepAlive?: number | undefined;
  /**
   * `accepted`, with this Session Present; `refused`: the CONNECT is one that a Server must not accept, as the topic of its
   * will has a wildcard.
   */
  readonly answer: 'accepted' | 'resumed' | 'refused';
  /** Whether it takes over from the connection before: then it is the zero. */
  readonly zero?: true | undefined;
}

/** The latest connection of the Client under test ends, or does what makes the Server end it. */
export type EndStep = { readonly step: 'end'; readonly zero?: true | undefined } & (
  | {
      readonly how: 'disconnect';
      readonly reasonCode: number;
      /** Sent with it, in seconds. */
      readonly expiry?: number | undefined;
    }
  | { readonly how: 'fin' | 'reset' | 'silence' }
  /** These bytes are sent, and the Server is to close. */
  | { readonly how: 'bytes'; readonly bytes: readonly number[] }
  /** A second CONNECT is sent, and the Server is to close. */
  | { readonly how: 'second-connect' }
);

export type Step =
  | ConnectStep
  | EndStep
  /** Nothing is done until so many seconds after the zero. */
  | { readonly step: 'until'; readonly seconds: number }
  /** Nothing is done for so long, before the zero. */
  | { readonly step: 'pause'; readonly seconds: number };

/** A will that a subscriber must see, once, so many seconds after the zero. */
export interface ExpectedWill {
  readonly will: string;
  readonly seconds: number;
}

export interface TableProbe {
  /** The row of the decision table that says what is expected. */
  readonly row: RowId;
  /** The case in words; unique within the row. */
  readonly what: string;
  readonly steps: readonly Step[];
  /** All of them, in order; no other may come. */
  readonly wills: readonly ExpectedWill[];
  /** So many seconds after the zero it is known that no further will comes, tolerances aside. */
  readonly watch: number;
  readonly lane?: Lane | undefined;
}
