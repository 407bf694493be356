// Says on user/status/<user> when it comes and when it goes; its will says it when it is lost. MQTT 3.1.1.
//
//	status [address [user]]
package main

import (
	"log"
	"os"
	"os/signal"
	"strconv"
	"strings"
	"syscall"
	"time"

	mqtt "github.com/eclipse/paho.mqtt.golang"
)

// The library's own names for the schemes; later releases know the others too.
var schemes = strings.NewReplacer("mqtt://", "tcp://", "mqtts://", "ssl://")

func main() {
	log.SetFlags(log.Ltime)
	log.SetOutput(os.Stdout)
	address := setting(1, "MQTT_URL", "mqtt://localhost:1883")
	user := setting(2, "MQTT_USER", "alice")
	keepAlive, err := strconv.Atoi(setting(3, "MQTT_KEEP_ALIVE", "10"))
	if err != nil {
		log.Fatalf("MQTT_KEEP_ALIVE is not a number of seconds: %v", err)
	}
	topic := "user/status/" + user

	options := mqtt.NewClientOptions().
		AddBroker(schemes.Replace(address)).
		SetClientID("status-go-"+user).
		SetUsername(user).
		SetPassword(os.Getenv("MQTT_PASSWORD")).
		// Without it the library falls back to 3.1 after a failure, and stays there.
		SetProtocolVersion(4).
		SetKeepAlive(time.Duration(keepAlive)*time.Second).
		SetWill(topic, "offline", 1, true).
		SetAutoReconnect(true).
		SetMaxReconnectInterval(5 * time.Second)
	options.SetOnConnectHandler(func(client mqtt.Client) {
		// Anew at every connection: after a loss the will has left "offline" behind.
		client.Publish(topic, 1, true, "online").Wait()
		log.Printf("online: %s", topic)
	})
	options.SetConnectionLostHandler(func(_ mqtt.Client, err error) {
		log.Printf("lost: %v", err)
	})

	client := mqtt.NewClient(options)
	// Reconnecting by itself begins after the first connection.
	for token := client.Connect(); token.Wait() && token.Error() != nil; token = client.Connect() {
		log.Printf("no connection: %v", token.Error())
		time.Sleep(time.Second)
	}

	ended := make(chan os.Signal, 1)
	signal.Notify(ended, os.Interrupt, syscall.SIGTERM)
	<-ended
	// DISCONNECT makes the Server discard the will, so the goodbye has to be said before.
	client.Publish(topic, 1, true, "offline").Wait()
	client.Disconnect(250)
	log.Print("offline")
}

func setting(argument int, variable string, otherwise string) string {
	if len(os.Args) > argument {
		return os.Args[argument]
	}
	if value := os.Getenv(variable); value != "" {
		return value
	}
	return otherwise
}
