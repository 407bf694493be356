/* The parts of README.md, played by paho.mqtt.c, the synchronous library. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "MQTTClient.h"

static const char *host, *port, *prefix;
static int version;

struct named {
  MQTTClient client;
  const char *name;
};

static char *joined(const char *first, const char *second) {
  char *text = malloc(strlen(first) + strlen(second) + 1);
  strcpy(text, first);
  return strcat(text, second);
}

static void step(void) {
  char line[16];
  if (fgets(line, sizeof line, stdin) == NULL) exit(0);
}

static void must(int code, const char *what) {
  if (code == MQTTCLIENT_SUCCESS) return;
  fprintf(stderr, "%s: %d\n", what, code);
  exit(1);
}

static int message_came(void *context, char *topic, int length, MQTTClient_message *message) {
  (void)length;
  struct named *named = context;
  printf("{\"event\":\"message\",\"client\":\"%s\",\"topic\":\"%s\",\"payload\":\"%.*s\",\"qos\":%d}\n",
         named->name, topic, message->payloadlen, (char *)message->payload, message->qos);
  MQTTClient_freeMessage(&message);
  MQTTClient_free(topic);
  return 1;
}

static void connection_lost(void *context, char *cause) {
  (void)context;
  fprintf(stderr, "connection lost: %s\n", cause == NULL ? "?" : cause);
}

static void create(struct named *named, const char *name) {
  MQTTClient_createOptions options = MQTTClient_createOptions_initializer;
  options.MQTTVersion = version;
  named->name = name;
  char *address = joined(joined(joined("tcp://", host), ":"), port);
  char *identifier = joined(joined(prefix, "-"), name);
  must(MQTTClient_createWithOptions(&named->client, address, identifier, MQTTCLIENT_PERSISTENCE_NONE, NULL, &options),
       "create");
  must(MQTTClient_setCallbacks(named->client, named, connection_lost, message_came, NULL), "callbacks");
}

static void add_number(MQTTProperties *all, enum MQTTPropertyCodes code, int value) {
  MQTTProperty property = {.identifier = code};
  if (code == MQTTPROPERTY_CODE_PAYLOAD_FORMAT_INDICATOR)
    property.value.byte = value;
  else
    property.value.integer4 = value;
  must(MQTTProperties_add(all, &property), "property");
}

static void add_data(MQTTProperties *all, enum MQTTPropertyCodes code, const char *data, const char *value) {
  MQTTProperty property = {.identifier = code};
  property.value.data = (MQTTLenString){(int)strlen(data), (char *)data};
  if (value != NULL) property.value.value = (MQTTLenString){(int)strlen(value), (char *)value};
  must(MQTTProperties_add(all, &property), "property");
}

static void connect_now(struct named *named, int keep, unsigned int expiry, int with_will) {
  MQTTClient_connectOptions options =
      version == MQTTVERSION_5
          ? (MQTTClient_connectOptions)MQTTClient_connectOptions_initializer5
          : (MQTTClient_connectOptions)MQTTClient_connectOptions_initializer;
  MQTTClient_willOptions will = MQTTClient_willOptions_initializer;
  MQTTProperties will_properties = MQTTProperties_initializer;
  MQTTProperties properties = MQTTProperties_initializer;
  options.MQTTVersion = version;
  if (with_will) {
    will.topicName = joined(prefix, "/will");
    will.message = "gone";
    will.qos = 1;
    will.retained = 1;
    options.will = &will;
    add_number(&will_properties, MQTTPROPERTY_CODE_WILL_DELAY_INTERVAL, 1);
    add_number(&will_properties, MQTTPROPERTY_CODE_PAYLOAD_FORMAT_INDICATOR, 1);
    add_number(&will_properties, MQTTPROPERTY_CODE_MESSAGE_EXPIRY_INTERVAL, 60);
    add_data(&will_properties, MQTTPROPERTY_CODE_CONTENT_TYPE, "text/plain", NULL);
    add_data(&will_properties, MQTTPROPERTY_CODE_RESPONSE_TOPIC, joined(prefix, "/reply"), NULL);
    add_data(&will_properties, MQTTPROPERTY_CODE_CORRELATION_DATA, "\1\2\3", NULL);
    add_data(&will_properties, MQTTPROPERTY_CODE_USER_PROPERTY, "colour", "red");
    add_data(&will_properties, MQTTPROPERTY_CODE_USER_PROPERTY, "size", "small");
    add_data(&will_properties, MQTTPROPERTY_CODE_USER_PROPERTY, "colour", "blue");
  }
  const char *session_present = "";
  if (version == MQTTVERSION_5) {
    options.cleanstart = !keep;
    add_number(&properties, MQTTPROPERTY_CODE_SESSION_EXPIRY_INTERVAL, (int)expiry);
    MQTTResponse response =
        MQTTClient_connect5(named->client, &options, &properties, with_will ? &will_properties : NULL);
    must(response.reasonCode, "connect");
    MQTTResponse_free(response);
  } else {
    options.cleansession = !keep;
    must(MQTTClient_connect(named->client, &options), "connect");
    // The library tells this for 3.1.1 only.
    session_present =
        options.returned.sessionPresent ? ",\"sessionPresent\":true" : ",\"sessionPresent\":false";
  }
  printf("{\"event\":\"connected\",\"client\":\"%s\"%s}\n", named->name, session_present);
}

static void subscribe(struct named *named, const char *topic_filter, int qos) {
  if (version == MQTTVERSION_5) {
    MQTTResponse response = MQTTClient_subscribe5(named->client, topic_filter, qos, NULL, NULL);
    if ((int)response.reasonCode != qos) must(response.reasonCode, "subscribe");
    MQTTResponse_free(response);
  } else
    must(MQTTClient_subscribe(named->client, topic_filter, qos), "subscribe");
}

static void publish(struct named *named, const char *topic, const char *payload) {
  MQTTClient_deliveryToken token;
  int length = (int)strlen(payload);
  if (version == MQTTVERSION_5) {
    MQTTResponse response = MQTTClient_publish5(named->client, topic, length, payload, 2, 0, NULL, &token);
    must(response.reasonCode, "publish");
    MQTTResponse_free(response);
  } else
    must(MQTTClient_publish(named->client, topic, length, payload, 2, 0, &token), "publish");
  must(MQTTClient_waitForCompletion(named->client, token, 10000), "completion");
}

static void disconnect_now(struct named *named) {
  if (version == MQTTVERSION_5)
    must(MQTTClient_disconnect5(named->client, 1000, MQTTREASONCODE_SUCCESS, NULL), "disconnect");
  else
    must(MQTTClient_disconnect(named->client, 1000), "disconnect");
}

int main(int count, char **arguments) {
  if (count != 6) return 2;
  const char *part = arguments[1];
  host = arguments[2];
  port = arguments[3];
  prefix = arguments[4];
  version = atoi(arguments[5]);
  setvbuf(stdout, NULL, _IOLBF, 0);
  struct named one, two;
  create(&one, "one");
  char *in = joined(prefix, "/in");
  if (strcmp(part, "will") == 0) {
    connect_now(&one, 0, 30, 1);
    step();
  } else if (strcmp(part, "qos2") == 0) {
    connect_now(&one, 0, 0, 0);
    subscribe(&one, in, 2);
    puts("{\"event\":\"subscribed\"}");
    step();
    for (int index = 0; index < 10; index++) {
      char payload[16];
      snprintf(payload, sizeof payload, "out %d", index);
      publish(&one, joined(prefix, "/out"), payload);
    }
    puts("{\"event\":\"published\"}");
    step();
    disconnect_now(&one);
  } else if (strcmp(part, "resume") == 0) {
    connect_now(&one, 1, 60, 0);
    subscribe(&one, in, 2);
    puts("{\"event\":\"subscribed\"}");
    step();
    disconnect_now(&one);
    puts("{\"event\":\"away\"}");
    step();
    connect_now(&one, 1, 60, 0);
    step();
    disconnect_now(&one);
  } else if (strcmp(part, "shared") == 0) {
    create(&two, "two");
    connect_now(&one, 0, 0, 0);
    connect_now(&two, 0, 0, 0);
    subscribe(&one, joined("$share/group/", in), 1);
    subscribe(&two, joined("$share/group/", in), 1);
    puts("{\"event\":\"subscribed\"}");
    step();
    disconnect_now(&one);
    disconnect_now(&two);
  }
  fflush(stdout);
  _exit(0);
}
