export const usage = `mqtt-session sandbox [--port N] [--verbose]

  Starts the sandbox broker (MQTT 3.1, 3.1.1 and 5.0) on 127.0.0.1 and runs it until SIGINT or SIGTERM.

  --port N     the port to listen on; 1883 unless given, 0 takes a free one
  --verbose    log what the broker does to standard error
`;

/** The command line is not understood. Answered by the usage and exit code 2. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}
