import { describe, expect, it } from 'vitest';
import { addressUrl, clientLines, type NetworkAddress } from '../../../src/profile/client-lines.ts';

const tap = (scheme: NetworkAddress['scheme'], host = '127.0.0.1'): NetworkAddress => ({
  kind: 'network',
  scheme,
  host,
  port: 1884,
  path: scheme === 'ws' || scheme === 'wss' ? '/mqtt' : '',
});

const lineOf = (library: string, address: NetworkAddress, certificate?: string) =>
  clientLines(address, certificate).find((each) => each.library === library);

describe('what to change in a program', () => {
  it('is one line a library, each with the port', () => {
    for (const { line } of clientLines(tap('mqtt'))) expect(line).toContain('1884');
    expect(lineOf('MQTT_URL', tap('mqtt'))).toEqual({
      library: 'MQTT_URL',
      line: 'MQTT_URL=mqtt://127.0.0.1:1884',
      whole: 'MQTT_URL=mqtt://127.0.0.1:1884',
    });
  });

  it('names a scheme as the library does', () => {
    expect(lineOf('paho.mqtt.golang', tap('mqtts'))?.line).toContain('"ssl://127.0.0.1:1884"');
    expect(lineOf('MQTT.js', tap('mqtts'))?.line).toContain("'mqtts://127.0.0.1:1884'");
    expect(lineOf('MQTT.js', tap('ws'))?.line).toContain("'ws://127.0.0.1:1884/mqtt'");
    expect(lineOf('paho-mqtt (Python)', tap('ws'))?.line).toContain('transport="websockets"');
  });

  it('leaves out what does not speak the transport', () => {
    expect(lineOf('mosquitto_pub, mosquitto_sub', tap('mqtts'))).toBeDefined();
    expect(lineOf('mosquitto_pub, mosquitto_sub', tap('ws'))).toBeUndefined();
  });

  it('puts an IPv6 address into brackets only in a URL', () => {
    expect(addressUrl(tap('mqtt', '::1'))).toBe('mqtt://[::1]:1884');
    expect(lineOf('paho-mqtt (Python)', tap('mqtt', '::1'))?.line).toContain('"::1", 1884');
  });

  it('says how to trust the certificate for TLS only', () => {
    expect(lineOf('mosquitto_pub, mosquitto_sub', tap('mqtts'), '/tmp/tap.pem')?.trust).toBe(
      '--cafile /tmp/tap.pem',
    );
    expect(clientLines(tap('mqtt'), '/tmp/tap.pem').every(({ trust }) => trust === undefined)).toBe(true);
    expect(clientLines(tap('mqtts')).every(({ trust }) => trust === undefined)).toBe(true);
  });

  it('puts what makes a program trust the certificate where it works: before the connection, on one command line, in one call', () => {
    const whole = (library: string) => lineOf(library, tap('mqtts'), '/tmp/tap.pem')?.whole;
    expect(whole('paho-mqtt (Python)')).toBe(
      'client.tls_set(ca_certs="/tmp/tap.pem")\nclient.connect("127.0.0.1", 1884)',
    );
    expect(lineOf('paho-mqtt (Python)', tap('wss'), '/tmp/tap.pem')?.whole).toBe(
      'client = mqtt.Client(transport="websockets"); client.ws_set_options(path="/mqtt"); client.tls_set(ca_certs="/tmp/tap.pem")\nclient.connect("127.0.0.1", 1884)',
    );
    expect(whole('mosquitto_pub, mosquitto_sub')).toBe('-h 127.0.0.1 -p 1884 --cafile /tmp/tap.pem');
    expect(whole('MQTT_URL')).toBe(
      'MQTT_URL=mqtts://127.0.0.1:1884 SSL_CERT_FILE=/tmp/tap.pem NODE_EXTRA_CA_CERTS=/tmp/tap.pem',
    );
    expect(whole('MQTT.js')).toBe(
      `mqtt.connect('mqtts://127.0.0.1:1884', { ca: readFileSync("/tmp/tap.pem") })`,
    );
  });

  it('quotes a path that is more than one word, or has backslashes', () => {
    const trust = (library: string, certificate: string) => lineOf(library, tap('mqtts'), certificate)?.trust;
    expect(trust('mosquitto_pub, mosquitto_sub', "/Users/o'hara/Application Support/tap.pem")).toBe(
      `--cafile '/Users/o'\\''hara/Application Support/tap.pem'`,
    );
    expect(trust('paho-mqtt (Python)', 'C:\\Users\\me\\tap.pem')).toBe(
      'client.tls_set(ca_certs="C:\\\\Users\\\\me\\\\tap.pem")',
    );
  });
});
