/** Messages of a profile, or of the user, as they go onto the wire. */
import type { IClientPublishOptions } from 'mqtt';
import type { Properties, Property, ProtocolVersion, QoS } from '../../mqtt/packet.ts';
import { PROPERTY } from '../../mqtt/properties.ts';
import type { MessageSettings, UserProperties, WillSettings } from '../../profile/model.ts';
import { readSettingFile } from './tls-material.ts';

type MqttJsProperties = NonNullable<IClientPublishOptions['properties']>;
type MqttJsUserProperties = NonNullable<MqttJsProperties['userProperties']>;

/** A PUBLISH as MQTT.js takes it. */
export interface WireMessage {
  readonly topic: string;
  readonly payload: Buffer;
  readonly qos: QoS;
  readonly retain: boolean;
  readonly properties: MqttJsProperties;
}

/** Reads the payload's file where it is one. Throws `file-unreadable`. */
export async function payloadBytes(
  payload: MessageSettings['payload'],
  folder: string,
  setting: string,
): Promise<Buffer> {
  switch (payload.kind) {
    case 'text':
      return Buffer.from(payload.text, 'utf8');
    case 'base64':
      return Buffer.from(payload.base64, 'base64');
    case 'file':
      return (await readSettingFile(setting, payload.path, folder)) ?? Buffer.alloc(0);
  }
}

/** `setting` is where the message stands in the profile, for errors: `afterConnect[0]`. */
export async function wireMessage(
  settings: MessageSettings,
  version: ProtocolVersion,
  folder: string,
  setting: string,
): Promise<WireMessage> {
  const { topic, qos, retain } = settings;
  const payload = await payloadBytes(settings.payload, folder, `${setting}.payloadFile`);
  return { topic, payload, qos, retain, properties: version === 5 ? mqttJsProperties(settings) : {} };
}

function mqttJsProperties(settings: MessageSettings): MqttJsProperties {
  const correlationData = correlationBytes(settings);
  return {
    ...(settings.payloadFormatIndicator !== undefined && {
      payloadFormatIndicator: settings.payloadFormatIndicator === 'utf8',
    }),
    ...(settings.messageExpiryInterval !== undefined && {
      messageExpiryInterval: settings.messageExpiryInterval,
    }),
    ...(settings.contentType !== undefined && { contentType: settings.contentType }),
    ...(settings.responseTopic !== undefined && { responseTopic: settings.responseTopic }),
    ...(correlationData !== undefined && { correlationData }),
    ...(settings.userProperties.length > 0 && { userProperties: mqttJsPairs(settings.userProperties) }),
  };
}

/**
 * MQTT.js types User Properties as one object, which loses the order of names that repeat or look like numbers. Its writer also takes a list of
 * objects and writes them one after the other: one object for each pair keeps the order (v5 [MQTT-3.3.2-18]).
 */
export function mqttJsPairs(pairs: UserProperties): MqttJsUserProperties {
  const list: readonly Readonly<Record<string, string>>[] = pairs.map(([name, value]) => ({ [name]: value }));
  return list as unknown as MqttJsUserProperties;
}

/** The Will Properties of 5.0 (v5 3.1.3.2). */
export function willProperties(settings: WillSettings): Properties {
  const { payloadFormatIndicator } = settings;
  return [
    ...numberProperty(PROPERTY.willDelayInterval, settings.willDelayInterval),
    ...numberProperty(
      PROPERTY.payloadFormatIndicator,
      payloadFormatIndicator === undefined ? undefined : Number(payloadFormatIndicator === 'utf8'),
    ),
    ...numberProperty(PROPERTY.messageExpiryInterval, settings.messageExpiryInterval),
    ...stringProperty(PROPERTY.contentType, settings.contentType),
    ...stringProperty(PROPERTY.responseTopic, settings.responseTopic),
    ...bytesProperty(PROPERTY.correlationData, correlationBytes(settings)),
    ...pairProperties(settings.userProperties),
  ];
}

export function numberProperty(id: number, value: number | undefined): readonly Property[] {
  return value === undefined ? [] : [{ id, kind: 'number', value }];
}

function stringProperty(id: number, value: string | undefined): readonly Property[] {
  return value === undefined ? [] : [{ id, kind: 'string', value }];
}

function bytesProperty(id: number, value: Uint8Array | undefined): readonly Property[] {
  return value === undefined ? [] : [{ id, kind: 'bytes', value }];
}

export function pairProperties(pairs: UserProperties): readonly Property[] {
  return pairs.map(([name, value]) => ({ id: PROPERTY.userProperty, kind: 'pair', name, value }));
}

function correlationBytes({ correlationData }: MessageSettings): Buffer | undefined {
  switch (correlationData?.kind) {
    case undefined:
      return undefined;
    case 'text':
      return Buffer.from(correlationData.text, 'utf8');
    case 'base64':
      return Buffer.from(correlationData.base64, 'base64');
  }
}
