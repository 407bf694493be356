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
  /** What to put into the program or onto the command line: the line, and what makes it trust, in the order in which both work. */
  readonly whole: string;
}

interface Row {
  readonly library: string;
  /** Undefined where the library does not speak this transport. */
  line(address: NetworkAddress): string | undefined;
  /** `certificate` is the path of a PEM file. Absent where it takes more than a line. */
  readonly trust?: (certificate: string) => string;
  /** Both together; the line after what makes it trust, unless this says otherwise. */
  readonly both?: (line: string, trust: string) => string;
}

const isTls = ({ scheme }: NetworkAddress): boolean => scheme === 'mqtts' || scheme === 'wss';
const isWebSocket = ({ scheme }: NetworkAddress): boolean => scheme === 'ws' || scheme === 'wss';

/** In double quotes, as most languages take it: a path may have backslashes. */
const quoted = (text: string): string => JSON.stringify(text);

/** As one word of a command line; most paths are one already. */
const oneWord = (text: string): string =>
  /^[\w./:@%+,=-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`;

const onOneLine = (line: string, trust: string): string => `${line} ${trust}`;

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
    // The first for Go and whatever is built on OpenSSL, Python among it; the second for Node.
    trust: (certificate) =>
      `SSL_CERT_FILE=${oneWord(certificate)} NODE_EXTRA_CA_CERTS=${oneWord(certificate)}`,
    both: onOneLine,
  },
  {
    library: 'paho-mqtt (Python)',
    line: (address) => {
      const connect = `client.connect("${address.host}", ${address.port})`;
      if (!isWebSocket(address)) return connect;
      return `client = mqtt.Client(transport="websockets"); client.ws_set_options(path="${address.path}"); ${connect}`;
    },
    trust: (certificate) => `client.tls_set(ca_certs=${quoted(certificate)})`,
    both: (line, trust) => line.replace('client.connect(', (connect) => `${trust}\n${connect}`),
  },
  {
    library: 'paho.mqtt.golang',
    line: (address) => `options.AddBroker("${pahoUrl(address)}")`,
    trust: (certificate) =>
      `pem, _ := os.ReadFile(${quoted(certificate)}); pool := x509.NewCertPool(); pool.AppendCertsFromPEM(pem); options.SetTLSConfig(&tls.Config{RootCAs: pool})`,
  },
  {
    library: 'paho.mqtt.c',
    line: (address) =>
      `MQTTClient_create(&client, "${pahoUrl(address)}", clientId, MQTTCLIENT_PERSISTENCE_NONE, NULL)`,
    trust: (certificate) =>
      `MQTTClient_SSLOptions ssl = MQTTClient_SSLOptions_initializer; ssl.trustStore = ${quoted(certificate)}; options.ssl = &ssl;`,
  },
  {
    library: 'paho (Java)',
    line: (address) => `new MqttClient("${pahoUrl(address)}", clientId)`,
    trust: (certificate) =>
      `keytool -importcert -noprompt -alias tap -keystore tap.jks -storepass changeit -file ${oneWord(certificate)}`,
  },
  {
    library: 'MQTT.js',
    line: (address) => `mqtt.connect('${addressUrl(address)}')`,
    trust: (certificate) => `{ ca: readFileSync(${quoted(certificate)}) }`,
    both: (line, trust) => line.replace(/\)$/, () => `, ${trust})`),
  },
  {
    library: 'mosquitto_pub, mosquitto_sub',
    line: (address) => (isWebSocket(address) ? undefined : `-h ${address.host} -p ${address.port}`),
    trust: (certificate) => `--cafile ${oneWord(certificate)}`,
    both: onOneLine,
  },
  {
    library: 'MQTTX CLI',
    line: (address) =>
      `-h ${address.host} -p ${address.port} -l ${address.scheme}${isWebSocket(address) ? ` --path ${address.path}` : ''}`,
    trust: (certificate) => `--ca ${oneWord(certificate)}`,
    both: onOneLine,
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
  return rows.flatMap(({ library, line: lineOf, trust: trustOf, both }) => {
    const line = lineOf(address);
    if (line === undefined) return [];
    if (certificate === undefined || trustOf === undefined || !isTls(address))
      return [{ library, line, whole: line }];
    const trust = trustOf(certificate);
    return [{ library, line, trust, whole: both?.(line, trust) ?? `${trust}\n${line}` }];
  });
}
