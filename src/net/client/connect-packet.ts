/** The CONNECT of a profile (v5 3.1, v3.1.1 3.1). */
import type { ConnectPacket, Properties, WillMessage } from '../../mqtt/packet.ts';
import { PROPERTY } from '../../mqtt/properties.ts';
import type { ConnectionProfile } from '../../profile/model.ts';
import { netErrors } from './errors.ts';
import { numberProperty, pairProperties, payloadBytes, willProperties } from './message.ts';

/** A field with a two byte length carries so many bytes (v5 1.5.4, 1.5.6). */
const longestField = 65_535;

/** Reads the will's payload file where there is one. Throws `file-unreadable` and `field-too-long`. */
export async function connectPacket(
  profile: ConnectionProfile,
  clientId: string,
  cleanStart: boolean,
  folder: string,
): Promise<ConnectPacket> {
  const { protocolVersion: version, username, password } = profile;
  const will = await willMessage(profile, folder);
  checkLength('clientId', clientId);
  checkLength('username', username);
  checkLength('password', password);
  checkLength('will.topic', will?.topic);
  checkLength('will.payload', will?.payload);
  return {
    type: 'connect',
    protocolName: version === 3 ? 'MQIsdp' : 'MQTT',
    version,
    cleanStart,
    keepAliveSeconds: profile.keepAliveSeconds,
    clientId,
    properties: version === 5 ? connectProperties(profile) : [],
    ...(will !== undefined && { will }),
    ...(username !== undefined && { userName: username }),
    ...(password !== undefined && { password: Buffer.from(password, 'utf8') }),
  };
}

async function willMessage(profile: ConnectionProfile, folder: string): Promise<WillMessage | undefined> {
  const { will, protocolVersion } = profile;
  if (will === undefined) return undefined;
  const { topic, qos, retain } = will;
  const payload = await payloadBytes(will.payload, folder, 'will.payloadFile');
  return { topic, payload, qos, retain, properties: protocolVersion === 5 ? willProperties(will) : [] };
}

/** In the order of v5 3.1.2.11. */
function connectProperties(profile: ConnectionProfile): Properties {
  return [
    ...numberProperty(PROPERTY.sessionExpiryInterval, profile.sessionExpiryInterval),
    ...numberProperty(PROPERTY.receiveMaximum, profile.receiveMaximum),
    ...numberProperty(PROPERTY.maximumPacketSize, profile.maximumPacketSize),
    ...numberProperty(PROPERTY.topicAliasMaximum, profile.topicAliasMaximum),
    ...flagProperty(PROPERTY.requestResponseInformation, profile.requestResponseInformation),
    ...flagProperty(PROPERTY.requestProblemInformation, profile.requestProblemInformation),
    ...pairProperties(profile.userProperties),
  ];
}

function flagProperty(id: number, value: boolean | undefined): Properties {
  return numberProperty(id, value === undefined ? undefined : Number(value));
}

function checkLength(field: string, value: string | Uint8Array | undefined): void {
  if (value === undefined) return;
  const length = typeof value === 'string' ? Buffer.byteLength(value, 'utf8') : value.length;
  if (length > longestField) throw netErrors.fieldTooLong(field, length);
}
