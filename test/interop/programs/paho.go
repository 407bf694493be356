// The parts of README.md, played by paho.mqtt.golang, which speaks 3.1.1.
package main

import (
	"bufio"
	"encoding/json"
	"fmt"
	"os"
	"sync"

	mqtt "github.com/eclipse/paho.mqtt.golang"
)

var (
	part, host, port, prefix = os.Args[1], os.Args[2], os.Args[3], os.Args[4]
	steps                    = bufio.NewReader(os.Stdin)
	lock                     sync.Mutex
)

func tell(event string, more map[string]interface{}) {
	if more == nil {
		more = map[string]interface{}{}
	}
	more["event"] = event
	line, err := json.Marshal(more)
	must(err)
	lock.Lock()
	defer lock.Unlock()
	fmt.Println(string(line))
}

func step() {
	_, _ = steps.ReadString('\n')
}

func must(err error) {
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func done(token mqtt.Token) {
	token.Wait()
	must(token.Error())
}

func connect(name string, keep bool, will bool) mqtt.Client {
	options := mqtt.NewClientOptions().
		AddBroker("tcp://" + host + ":" + port).
		SetClientID(prefix + "-" + name).
		SetProtocolVersion(4).
		SetCleanSession(!keep).
		SetAutoReconnect(false).
		SetOrderMatters(true)
	if will {
		options.SetBinaryWill(prefix+"/will", []byte("gone"), 1, true)
	}
	options.SetDefaultPublishHandler(func(_ mqtt.Client, message mqtt.Message) {
		tell("message", map[string]interface{}{
			"client":  name,
			"topic":   message.Topic(),
			"payload": string(message.Payload()),
			"qos":     message.Qos(),
		})
	})
	client := mqtt.NewClient(options)
	done(client.Connect())
	// This release of the library does not tell its caller whether the Session was present.
	tell("connected", map[string]interface{}{"client": name})
	return client
}

func main() {
	switch part {
	case "will":
		connect("one", false, true)
		step()
	case "qos2":
		client := connect("one", false, false)
		done(client.Subscribe(prefix+"/in", 2, nil))
		tell("subscribed", nil)
		step()
		for index := 0; index < 10; index++ {
			done(client.Publish(prefix+"/out", 2, false, fmt.Sprintf("out %d", index)))
		}
		tell("published", nil)
		step()
		client.Disconnect(250)
	case "resume":
		client := connect("one", true, false)
		done(client.Subscribe(prefix+"/in", 2, nil))
		tell("subscribed", nil)
		step()
		client.Disconnect(250)
		tell("away", nil)
		step()
		client = connect("one", true, false)
		step()
		client.Disconnect(250)
	}
}
