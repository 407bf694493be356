/*
 * Says when it comes and when it goes; its will says it when it is lost. MQTT 3.1.1.
 *
 *   status [address [user]]
 *
 * It has a mistake, and on purpose: the will is on user/status/<user>, but what the program says itself goes to
 * user/status/<client identifier>. Whoever watches one of them is told half the story. The tap finds it.
 */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <MQTTClient.h>

static volatile sig_atomic_t ended;
static volatile int lost;

static void end(int signal_number) {
  (void)signal_number;
  ended = 1;
}

static void connection_lost(void *context, char *cause) {
  (void)context;
  (void)cause;
  lost = 1;
}

/* Nothing is subscribed to. */
static int message_came(void *context, char *topic, int length, MQTTClient_message *message) {
  (void)context;
  (void)length;
  MQTTClient_freeMessage(&message);
  MQTTClient_free(topic);
  return 1;
}

static const char *setting(int count, char **arguments, int argument, const char *variable, const char *otherwise) {
  if (count > argument) return arguments[argument];
  const char *value = getenv(variable);
  return value != NULL && *value != '\0' ? value : otherwise;
}

static int say(MQTTClient client, const char *topic, const char *text) {
  MQTTClient_deliveryToken token;
  int code = MQTTClient_publish(client, topic, (int)strlen(text), text, 1, 1, &token);
  if (code != MQTTCLIENT_SUCCESS) return code;
  code = MQTTClient_waitForCompletion(client, token, 5000);
  if (code == MQTTCLIENT_SUCCESS) printf("%s: %s\n", text, topic);
  return code;
}

int main(int count, char **arguments) {
  const char *address = setting(count, arguments, 1, "MQTT_URL", "mqtt://localhost:1883");
  const char *user = setting(count, arguments, 2, "MQTT_USER", "alice");
  const char *password = getenv("MQTT_PASSWORD");
  char client_id[128], will_topic[160], status_topic[160];
  snprintf(client_id, sizeof client_id, "status-c-%s", user);
  snprintf(will_topic, sizeof will_topic, "user/status/%s", user);
  snprintf(status_topic, sizeof status_topic, "user/status/%s", client_id); /* the mistake: it should be the user */
  setvbuf(stdout, NULL, _IOLBF, 0);
  signal(SIGINT, end);
  signal(SIGTERM, end);

  MQTTClient client;
  MQTTClient_connectOptions options = MQTTClient_connectOptions_initializer;
  MQTTClient_willOptions will = MQTTClient_willOptions_initializer;
  will.topicName = will_topic;
  will.message = "offline";
  will.qos = 1;
  will.retained = 1;
  options.will = &will;
  options.username = user;
  options.password = password == NULL ? "" : password;
  options.keepAliveInterval = atoi(setting(0, arguments, 1, "MQTT_KEEP_ALIVE", "10"));
  options.cleansession = 1;
  options.MQTTVersion = MQTTVERSION_3_1_1;

  if (MQTTClient_create(&client, address, client_id, MQTTCLIENT_PERSISTENCE_NONE, NULL) != MQTTCLIENT_SUCCESS) {
    fprintf(stderr, "%s is no address for this library\n", address);
    return 1;
  }
  MQTTClient_setCallbacks(client, NULL, connection_lost, message_came, NULL);

  while (!ended) {
    int code = MQTTClient_connect(client, &options);
    if (code != MQTTCLIENT_SUCCESS) {
      printf("no connection: %s\n", MQTTClient_strerror(code) == NULL ? "refused" : MQTTClient_strerror(code));
      sleep(1);
      continue;
    }
    lost = 0;
    say(client, status_topic, "online");
    while (!ended && !lost) usleep(50000);
    if (lost) puts("lost");
  }
  if (MQTTClient_isConnected(client)) {
    say(client, status_topic, "offline");
    MQTTClient_disconnect(client, 1000);
  }
  MQTTClient_destroy(&client);
  return 0;
}
