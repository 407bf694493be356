#!/bin/sh
# The same with mosquitto_sub, which stays connected and holds the will, and mosquitto_pub, which says "online". MQTT 5.
#
#   status.sh [address [user]]
set -eu

address=${1:-${MQTT_URL:-mqtt://localhost:1883}}
user=${2:-${MQTT_USER:-alice}}
topic=user/status/$user
export MQTT_USER="$user"

# The path of the address is the topic.
until mosquitto_pub -L "$address/$topic" -i "status-pub-$user" -V 5 -u "$user" -P "${MQTT_PASSWORD:-}" \
  -q 1 -r -m online; do
  sleep 1
done

# exec, so that a signal to this script is one to mosquitto_sub.
exec mosquitto_sub -L "$address/$topic" -i "status-sub-$user" -V 5 -u "$user" -P "${MQTT_PASSWORD:-}" \
  -k "${MQTT_KEEP_ALIVE:-10}" -q 1 \
  --will-topic "$topic" --will-payload offline --will-qos 1 --will-retain
