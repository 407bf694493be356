/** The connections in the settings file of MQTT Explorer. */
import { brokerText, Draft, literal } from './draft.ts';
import { Source } from './source.ts';

export const explorerKey = 'ConnectionManager_connections';

export function readMqttExplorer(fields: Readonly<Record<string, unknown>>): Draft {
  const name = fields['name'];
  const draft = new Draft(typeof name === 'string' ? name : '');
  const source = new Source(fields, draft);
  source.skip('name', 'id', 'configVersion', 'type');
  const encrypted = source.boolean('encryption') ?? false;
  const webSocket = source.plain('protocol') === 'ws';
  const scheme = webSocket ? (encrypted ? 'wss' : 'ws') : encrypted ? 'mqtts' : 'mqtt';
  const path = source.plain('basePath');
  const host = source.text('host');
  if (host !== undefined) draft.set('broker', brokerText(scheme, host, source.count('port'), path));
  const verify = source.boolean('certValidation');
  if (encrypted && verify === false) draft.set('tls', { rejectUnauthorized: false });
  for (const key of ['selfSignedCertificate', 'clientCertificate', 'clientKey']) {
    source.leaveOut(key, 'the file itself was stored; save it beside this file and name it under `tls`');
  }
  draft.set('username', source.text('username'));
  draft.password = source.plain('password');
  draft.set('clientId', source.text('clientId'));
  draft.set('protocolVersion', '3.1.1');
  draft.note('`protocolVersion`: MQTT Explorer stores none; 3.1.1 stands here');
  draft.set('subscriptions', readSubscriptions(source, draft));
  source.finish();
  return draft;
}

/** Maps with topic and QoS; in old files topics alone. */
function readSubscriptions(source: Source, draft: Draft): Record<string, string | number>[] | undefined {
  const value = source.raw('subscriptions');
  if (!Array.isArray(value)) return undefined;
  if (value.length > 1000) draft.note(`\`subscriptions\`: only the first 1000 of ${value.length}`);
  const list = value.slice(0, 1000).flatMap((each: unknown, index) => {
    if (typeof each === 'string' && each !== '') return [{ topicFilter: literal(each) }];
    if (typeof each !== 'object' || each === null) return [];
    const one = new Source({ ...each }, draft, `subscriptions[${index}].`);
    const topicFilter = one.text('topic');
    const qos = one.count('qos') ?? 0;
    one.finish();
    return topicFilter === undefined ? [] : [{ topicFilter, ...(qos > 0 ? { qos } : {}) }];
  });
  return list.length === 0 ? undefined : list;
}
