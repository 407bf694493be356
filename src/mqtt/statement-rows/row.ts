/** `id` is a statement id without its `MQTT-` prefix when it has a dash, else a section number. */
export type StatementRow = readonly [id: string, section: string, summary: string];
