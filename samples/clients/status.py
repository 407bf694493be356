"""
Says on user/status/<user> when it comes and when it goes; its will says it when it has been lost for some seconds. MQTT 5.

    python3 status.py [address [user]]

Written for paho-mqtt 1.6, as Debian packages it. For paho-mqtt 2, give mqtt.Client its callback_api_version.
"""

import os
import signal
import sys
import threading
from urllib.parse import urlsplit

import paho.mqtt.client as mqtt
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.properties import Properties

arguments = dict(enumerate(sys.argv))
address = urlsplit(arguments.get(1) or os.environ.get("MQTT_URL") or "mqtt://localhost:1883")
user = arguments.get(2) or os.environ.get("MQTT_USER") or "alice"
keep_alive = int(os.environ.get("MQTT_KEEP_ALIVE") or 10)
topic = f"user/status/{user}"
ended = threading.Event()


def will_properties():
    properties = Properties(PacketTypes.WILLMESSAGE)
    # Whoever is back within this time was never gone for others.
    properties.WillDelayInterval = 2
    properties.ContentType = "text/plain"
    properties.PayloadFormatIndicator = 1
    properties.UserProperty = ("said by", "will")
    return properties


def connect_properties():
    properties = Properties(PacketTypes.CONNECT)
    # The will waits for as long as the Session lives at most: without this it would not wait at all.
    properties.SessionExpiryInterval = 30
    return properties


def on_connect(client, _userdata, flags, code, _properties):
    if code != 0:
        print(f"refused: {code}", flush=True)
        return
    client.publish(topic, "online", qos=1, retain=True)


def on_publish(_client, _userdata, _mid):
    print(f"said: {topic}", flush=True)


def on_disconnect(_client, _userdata, code, _properties):
    print(f"disconnected: {code}", flush=True)


client = mqtt.Client(client_id=f"status-python-{user}", protocol=mqtt.MQTTv5)
client.username_pw_set(user, os.environ.get("MQTT_PASSWORD"))
if address.scheme == "mqtts":
    client.tls_set()
client.will_set(topic, "offline", qos=1, retain=True, properties=will_properties())
client.on_connect = on_connect
client.on_publish = on_publish
client.on_disconnect = on_disconnect
client.reconnect_delay_set(1, 5)
client.connect_async(
    address.hostname,
    address.port or (8883 if address.scheme == "mqtts" else 1883),
    keepalive=keep_alive,
    clean_start=False,
    properties=connect_properties(),
)

for number in (signal.SIGINT, signal.SIGTERM):
    signal.signal(number, lambda _number, _frame: ended.set())
client.loop_start()
ended.wait()
# DISCONNECT makes the Server discard the will, so the goodbye has to be said before.
if client.is_connected():
    client.publish(topic, "offline", qos=1, retain=True).wait_for_publish(5)
client.disconnect()
client.loop_stop()
