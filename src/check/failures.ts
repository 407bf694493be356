/** Why a probe comes to no verdict. The messages are sentences without a full stop, as they stand in the report. */

/** The Server, or what it lets us do, does not allow the probe: it could not be tried. */
export class CannotTry extends Error {
  override readonly name = 'CannotTry';
}

/** The Server cannot be reached any more. */
export class Unreachable extends CannotTry {}

/** Something came between: what was seen does not tell. */
export class Doubt extends Error {
  override readonly name = 'Doubt';
}
