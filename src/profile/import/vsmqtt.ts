/** The broker profiles in the settings of the VSMqtt extension. */
import { brokerText, Draft } from './draft.ts';
import { Source } from './source.ts';

export const vsmqttKey = 'vsmqtt.brokerProfiles';

export function readVsmqtt(fields: Readonly<Record<string, unknown>>): Draft {
  const name = fields['name'];
  const draft = new Draft(typeof name === 'string' ? name : '');
  const source = new Source(fields, draft);
  source.skip('name');
  const [, inHost, host = ''] = /^(?:([a-z]+):\/\/)?(.*)$/s.exec(source.text('host') ?? '') ?? [];
  const protocol = source.plain('protocol')?.replace(/:(\/\/)?$/, '') ?? inHost ?? 'mqtt';
  const path = source.plain('path');
  const port = source.count('port');
  if (host !== '') draft.set('broker', brokerText(protocol, host.replace(/\/+$/, ''), port, path));
  source.leaveOut('unixSocket', 'a profile connects over TCP');
  const secured = protocol === 'mqtts' || protocol === 'wss';
  const files: Record<string, string> = {};
  for (const key of ['ca', 'cert', 'key']) {
    const file = source.text(key);
    if (file === undefined) continue;
    if (file.includes('-----BEGIN'))
      draft.note(`\`${key}\`: the PEM text itself; save it as a file and name it under \`tls\``);
    else files[key] = file;
  }
  const insecure = source.boolean('insecure') === true || source.boolean('rejectUnauthorized') === false;
  source.skip('rejectUnauthorized');
  const tls = { ...files, ...(insecure ? { rejectUnauthorized: false } : {}) };
  if (secured && Object.keys(tls).length > 0) draft.set('tls', tls);
  draft.set('protocolVersion', '3.1.1');
  draft.note('`protocolVersion`: VSMqtt stores none; 3.1.1 stands here');
  draft.set('clientId', source.text('clientId'));
  const keepAlive = source.count('keepalive');
  draft.set('keepAlive', keepAlive === undefined ? undefined : keepAlive);
  draft.set('username', source.text('username'));
  draft.password = source.plain('password');
  if (
    source.boolean('promptCredentials') === true &&
    draft.password === undefined &&
    draft.settings['username'] !== undefined
  ) {
    draft.set('password', '${secret:'.concat(secretName(draft.name), '}'));
  }
  const subscriptions = source.maps('savedSubscriptions', 1000).flatMap((each) => {
    const topicFilter = each.text('topic');
    const qos = each.count('qos') ?? 0;
    each.finish();
    return topicFilter === undefined ? [] : [{ topicFilter, ...(qos > 0 ? { qos } : {}) }];
  });
  if (subscriptions.length > 0) draft.set('subscriptions', subscriptions);
  source.leaveOut('defaultsForPublish', 'the form for publishing remembers what was typed');
  source.finish();
  return draft;
}

/** What is asked for at the first connect. */
function secretName(name: string): string {
  return name.replace(/[^A-Za-z0-9._-]+/g, '-').replace(/^-+|-+$/g, '') || 'password';
}
