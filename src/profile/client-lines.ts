/**
 * What to change in a program so that it connects to an address: one row a library, in the library's own words. For
 * people who put a tap between their program and its broker.
 */
import type { BrokerAddress } from './model.ts';

export type NetworkAddress = Extract<BrokerAddress, { readonly kind: 'network' }>;

/** How one library is told where to connect. */
export interface ClientLine {
  readonly library: string;
  readonly line: string;
  /** What makes it trust the certificate; only for TLS, and where a line is enough. */
  readonly trust?: string | undefined;
}

interface Row {
  readonly library: string;
  /** Undefined where the library does not speak this transport. */
  line(address: NetworkAddress): string | undefined;
  /** `certificate` is the path of a PEM file. Absent where it takes more than a line. */
  readonly trust?: (certificate: string) => string;
}

const isTls = ({ scheme }: NetworkAddress): boolean => scheme === 'mqtts' || scheme === 'wss';
const isWebSocket = ({ scheme }: NetworkAddress): boolean => scheme === 'ws' || scheme === 'wss';

/** An IPv6 address stands in brackets in a URL. */
const urlHost = ({ host }: NetworkAddress): string => (host.includes(':') ? `[${host}]` : host);

/** The address as a URL, for example `mqtt://127.0.0.1:1884`. */
export function addressUrl(address: NetworkAddress, scheme: string = address.scheme): string {
  return `${scheme}://${urlHost(address)}:${address.port}${isWebSocket(address) ? address.path : ''}`;
}

/** The schemes that the Paho libraries for Go, C and Java have known from the beginning. */
const pahoSchemes = { mqtt: 'tcp', mqtts: 'ssl', ws: 'ws', wss: 'wss' } as const;
const pahoUrl = (address: NetworkAddress): string => addressUrl(address, pahoSchemes[address.scheme]);

const rows: readonly Row[] = [
  {
    library: 'MQTT_URL',
    line: (address) => `MQTT_URL=${addressUrl(address)}`,
    trust: (certificate) => `NODE_EXTRA_CA_CERTS=${certificate}`,
  },
  {
    library: 'paho-mqtt (Python)',
    line: (address) => {
      const connect = `client.connect("${address.host}", ${address.port})`;
      if (!isWebSocket(address)) return connect;
      return `client = mqtt.Client(transport="websockets"); client.ws_set_options(path="${address.path}"); ${connect}`;
    },
    trust: (certificate) => `client.tls_set(ca_certs="${certificate}")`,
  },
  {
    library: 'paho.mqtt.golang',
    line: (address) => `options.AddBroker("${pahoUrl(address)}")`,
    trust: (certificate) =>
      `pem, _ := os.ReadFile("${certificate}"); pool.AppendCertsFromPEM(pem); options.SetTLSConfig(&tls.Config{RootCAs: pool})`,
  },
  {
    library: 'paho.mqtt.c',
    line: (address) =>
      `MQTTClient_create(&client, "${pahoUrl(address)}", clientId, MQTTCLIENT_PERSISTENCE_NONE, NULL)`,
    trust: (certificate) => `ssl.trustStore = "${certificate}"`,
  },
  {
    library: 'paho (Java)',
    line: (address) => `new MqttClient("${pahoUrl(address)}", clientId)`,
    trust: (certificate) =>
      `keytool -importcert -noprompt -alias tap -keystore tap.jks -storepass changeit -file ${certificate}`,
  },
  {
    library: 'MQTT.js',
    line: (address) => `mqtt.connect('${addressUrl(address)}')`,
    trust: (certificate) => `ca: readFileSync('${certificate}')`,
  },
  {
    library: 'mosquitto_pub, mosquitto_sub',
    line: (address) => (isWebSocket(address) ? undefined : `-h ${address.host} -p ${address.port}`),
    trust: (certificate) => `--cafile ${certificate}`,
  },
  {
    library: 'MQTTX CLI',
    line: (address) =>
      `-h ${address.host} -p ${address.port} -l ${address.scheme}${isWebSocket(address) ? ` --path ${address.path}` : ''}`,
    trust: (certificate) => `--ca ${certificate}`,
  },
  {
    library: 'HiveMQ MQTT Client (Java)',
    line: (address) =>
      isWebSocket(address) ? undefined : `.serverHost("${address.host}").serverPort(${address.port})`,
  },
  {
    library: 'MQTTnet (.NET)',
    line: (address) =>
      isWebSocket(address) ? undefined : `.WithTcpServer("${address.host}", ${address.port})`,
  },
  {
    library: 'rumqttc (Rust)',
    line: (address) =>
      isWebSocket(address) ? undefined : `MqttOptions::new(id, "${address.host}", ${address.port})`,
  },
];

/**
 * How common clients are told to connect to this address, the most general first.
 * @param certificate where the PEM file is that they have to trust, for mqtts and wss
 */
export function clientLines(address: NetworkAddress, certificate?: string): readonly ClientLine[] {
  return rows.flatMap(({ library, line, trust }) => {
    const text = line(address);
    if (text === undefined) return [];
    const isTrusted = certificate === undefined || trust === undefined || !isTls(address);
    return [isTrusted ? { library, line: text } : { library, line: text, trust: trust(certificate) }];
  });
}
