/** Ends an exhaustive `switch`: does not compile while a case is missing. */
export function assertNever(value: never): never {
  throw new TypeError(`Unexpected value: ${String(value)}`);
}
