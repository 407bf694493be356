/** Who connects, and what is kept: identifier, credentials, session. */
import type { ConnectionProfile } from '../model.ts';
import { utf8Length } from '../utf8.ts';
import { cite, type Finding, set } from './finding.ts';

/** v3.1: a Client Identifier has 1 to 23 characters. */
const CLIENT_ID_MAX_3_1 = 23;

export function* checkClientId({
  clientId,
  cleanStart,
  protocolVersion,
}: ConnectionProfile): Iterable<Finding> {
  const path = ['clientId'];
  if (clientId === '' && protocolVersion === 3) {
    yield {
      code: 'client-id-empty',
      path,
      message:
        'MQTT 3.1 does not let the Server choose the Client Identifier. Set `clientId` (1 to 23 characters), or use 3.1.1 or 5.',
    };
  }
  if (clientId === '' && protocolVersion === 4 && !cleanStart) {
    yield {
      code: 'client-id-empty',
      path,
      message: `A Session that is to be kept needs a name: with an empty \`clientId\`, 3.1.1 demands a clean session ${cite({ version: 4, id: 'MQTT-3.1.3-7' })}. Set \`clientId\`, or \`cleanStart: true\`.`,
      fixes: [set(['cleanStart'], 'true')],
    };
  }
  const bytes = utf8Length(clientId);
  if (protocolVersion === 3 && bytes > CLIENT_ID_MAX_3_1) {
    yield {
      code: 'client-id-too-long',
      path,
      message: `\`clientId\` takes ${bytes} bytes, and MQTT 3.1 allows ${CLIENT_ID_MAX_3_1}. Shorten it, or use 3.1.1 or 5.`,
    };
  }
}

export function* checkCredentials({
  username,
  password,
  protocolVersion,
}: ConnectionProfile): Iterable<Finding> {
  if (password !== undefined && username === undefined && protocolVersion !== 5) {
    yield {
      code: 'password-without-username',
      path: ['password'],
      message: `Before MQTT 5.0 a password needs a user name ${cite({ version: 4, id: 'MQTT-3.1.2-22' })}. Set \`username\`, or use \`protocolVersion: 5\`.`,
    };
  }
}

export function* checkSession(profile: ConnectionProfile): Iterable<Finding> {
  if (profile.protocolVersion !== 5) return;
  if (!profile.cleanStart && profile.sessionExpiryInterval === undefined) {
    yield {
      code: 'session-ends-with-connection',
      path: ['cleanStart'],
      message: `\`cleanStart: false\` asks for the old Session, but without \`sessionExpiryInterval\` each Session ends with its connection ${cite({ version: 5, id: '3.1.2.11.2' })}. Set for example \`sessionExpiryInterval: 1h\`.`,
      fixes: [set(['sessionExpiryInterval'], '1h')],
    };
  }
}
