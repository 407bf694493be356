/** What the timeline shows, as plain shapes: geometry makes them, hit-testing reads them, paint draws them. CSS pixels. */
import type { MarkColumn } from '../model/mark-column.ts';
import type { Tone } from '../model/verdicts.ts';
import type { MarkBuffer } from './packet-marks.ts';

/** What a shape stands for, and what a click on it selects. */
export type Target =
  | { readonly kind: 'packet'; readonly seq: number }
  | { readonly kind: 'expectation'; readonly id: number }
  | { readonly kind: 'will'; readonly id: number }
  | { readonly kind: 'connection'; readonly id: number }
  | { readonly kind: 'session'; readonly id: number }
  | { readonly kind: 'insight'; readonly id: number };

/**
 * opening: not accepted yet. open: an accepted connection. refused: one that never was. held: a session in use. kept: a
 * session without a connection. armed: a will that waits for its connection to end. waiting: one that runs its delay. owed:
 * one that is due and not seen. fault: while a tap makes one.
 */
export type BarStyle =
  | 'fault'
  | 'opening'
  | 'open'
  | 'refused'
  | 'held'
  | 'kept'
  | 'armed'
  | 'waiting'
  | 'owed';

export interface Bar {
  readonly style: BarStyle;
  readonly x0: number;
  readonly x1: number;
  readonly y: number;
  readonly height: number;
  readonly label: string;
  readonly target: Target;
  /** What of the label is drawn inside; undefined when nothing fits. */
  readonly text: PlacedText | undefined;
}

/** A text that has found room: where it starts, and how wide it is. */
export interface PlacedText {
  readonly text: string;
  readonly x: number;
  readonly width: number;
}

/** fault: a tap begins one. star: published. diamond: armed or due (hollow). crossed: cancelled. cross: discarded. cut, stop: ends. alert: missed. */
export type SymbolName =
  | 'fault'
  | 'star'
  | 'diamond'
  | 'hollow'
  | 'crossed'
  | 'cross'
  | 'cut'
  | 'stop'
  | 'end'
  | 'alert'
  | 'question';

/** One of the marks that one sign may stand for. */
export interface MarkMember {
  readonly symbol: SymbolName;
  readonly tone: Tone;
  readonly x: number;
  /** The middle. */
  readonly y: number;
  /** In milliseconds since the Unix epoch. */
  readonly atMs: number;
  /** Its words, which are not made before they are asked for; undefined when its bar has them. */
  readonly label: (() => string) | undefined;
  /** Set when it lies in the future: drawn more quietly. */
  readonly ahead: boolean;
  readonly target: Target;
}

/** What is drawn at one place. */
export interface Mark extends Omit<MarkMember, 'label'> {
  readonly label: string;
  /** Those that it stands for, in the order of time; empty when it is but one. */
  readonly members: readonly MarkMember[];
  /** What of its words is drawn beside it; undefined when there is no room. */
  readonly text: PlacedText | undefined;
}

/** Packets of one connection in one direction. */
export interface PacketRun {
  readonly column: MarkColumn;
  readonly marks: MarkBuffer;
  /** The line that the marks stand on, and how far they may reach from it; negative is upwards. */
  readonly baseline: number;
  readonly reach: number;
}

export interface PacketLabel {
  readonly text: string;
  readonly x: number;
  readonly y: number;
}

export interface PacketTrack {
  readonly top: number;
  readonly height: number;
  readonly runs: readonly PacketRun[];
  readonly labels: readonly PacketLabel[];
}

/** From the will's publication to the PUBLISH that a subscriber received, or from the CONNECT to the will that it carried. */
export interface Link {
  readonly kind: 'publication' | 'carried';
  readonly x0: number;
  readonly y0: number;
  readonly x1: number;
  readonly y1: number;
  readonly will: number;
}

export interface LaneScene {
  readonly key: string;
  readonly top: number;
  readonly height: number;
  readonly title: number;
  readonly bars: readonly Bar[];
  readonly marks: readonly Mark[];
  readonly packets: PacketTrack | undefined;
}

export interface Scene {
  readonly lanes: readonly LaneScene[];
  readonly links: readonly Link[];
}

export const emptyScene: Scene = { lanes: [], links: [] };
