/** Takes what the broker has to say of its work. `error` means a fault of the broker itself. */
export type BrokerLog = (level: 'error' | 'warn' | 'info' | 'debug', message: string) => void;
