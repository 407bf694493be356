"""The parts of README.md, played by paho-mqtt for Python."""

import json
import os
import sys
import threading

import paho.mqtt.client as paho
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.properties import Properties

part, host, port, prefix, level = sys.argv[1:]
version = paho.MQTTv5 if level == "5" else paho.MQTTv311
lock = threading.Lock()


def tell(event, **more):
    with lock:
        sys.stdout.write(json.dumps({"event": event, **more}) + "\n")
        sys.stdout.flush()


def step():
    sys.stdin.readline()


def will_properties():
    properties = Properties(PacketTypes.WILLMESSAGE)
    properties.WillDelayInterval = 1
    properties.PayloadFormatIndicator = 1
    properties.MessageExpiryInterval = 60
    properties.ContentType = "text/plain"
    properties.ResponseTopic = prefix + "/reply"
    properties.CorrelationData = bytes([1, 2, 3])
    for pair in (("colour", "red"), ("size", "small"), ("colour", "blue")):
        properties.UserProperty = pair
    return properties


class Client:
    def __init__(self, name, keep=False, expiry=0, will=False):
        self.name = name
        self.expiry = expiry
        self.clean = not keep
        self.ready = threading.Event()
        self.answered = threading.Event()
        self.gone = threading.Event()
        options = {} if version == paho.MQTTv5 else {"clean_session": self.clean}
        self.client = paho.Client(client_id=prefix + "-" + name, protocol=version, **options)
        if version == paho.MQTTv5:
            self.client.on_connect = lambda _c, _u, flags, code, _p: self.connected(flags, code.value)
            self.client.on_subscribe = lambda _c, _u, _m, _codes, _p: self.answered.set()
            self.client.on_disconnect = lambda _c, _u, _code, _p: self.gone.set()
        else:
            self.client.on_connect = lambda _c, _u, flags, code: self.connected(flags, code)
            self.client.on_subscribe = lambda _c, _u, _m, _qos: self.answered.set()
            self.client.on_disconnect = lambda _c, _u, _code: self.gone.set()
        self.client.on_message = lambda _c, _u, message: tell(
            "message",
            client=name,
            topic=message.topic,
            payload=message.payload.decode(),
            qos=message.qos,
        )
        if will:
            more = {"properties": will_properties()} if version == paho.MQTTv5 else {}
            self.client.will_set(prefix + "/will", "gone", 1, True, **more)

    def connected(self, flags, code):
        tell("connected", client=self.name, sessionPresent=bool(flags["session present"]), code=code)
        self.ready.set()

    def connect(self):
        self.ready.clear()
        self.gone.clear()
        more = {}
        if version == paho.MQTTv5:
            properties = Properties(PacketTypes.CONNECT)
            properties.SessionExpiryInterval = self.expiry
            more = {"clean_start": self.clean, "properties": properties}
        self.client.connect(host, int(port), **more)
        self.client.loop_start()
        self.ready.wait()

    def subscribe(self, topic_filter, qos):
        self.client.subscribe(topic_filter, qos)
        self.answered.wait()

    def disconnect(self):
        self.client.disconnect()
        self.gone.wait()
        self.client.loop_stop()


if part == "will":
    Client("one", expiry=30, will=True).connect()
    step()
elif part == "qos2":
    client = Client("one")
    client.connect()
    client.subscribe(prefix + "/in", 2)
    tell("subscribed")
    step()
    for sent in [client.client.publish(prefix + "/out", "out %d" % index, 2) for index in range(10)]:
        sent.wait_for_publish()
    tell("published")
    step()
    client.disconnect()
elif part == "resume":
    client = Client("one", keep=True, expiry=60)
    client.connect()
    client.subscribe(prefix + "/in", 2)
    tell("subscribed")
    step()
    client.disconnect()
    tell("away")
    step()
    client.connect()
    step()
    client.disconnect()
elif part == "shared":
    clients = [Client("one"), Client("two")]
    for client in clients:
        client.connect()
        client.subscribe("$share/group/" + prefix + "/in", 1)
    tell("subscribed")
    step()
    for client in clients:
        client.disconnect()
sys.stdout.flush()
os._exit(0)
