package main

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"sort"
	"strconv"
	"time"
)

const tolerance = 300 // seconds

// deletion is the type of event after which nothing of the connection may be kept.
const deletion = "data.deletion_required"

// event is the envelope of a delivery; for what concerns the whole integration the ids are empty.
type event struct {
	Type           string `json:"type"`
	OccurredAt     string `json:"occurred_at"`
	EventID        string `json:"event_id"`
	OrganizationID string `json:"organization_id"`
	Data           row    `json:"data"`
}

func (e event) connection() login { return login{EventID: e.EventID, OrganizationID: e.OrganizationID} }

type delivery struct {
	ID         string    `json:"id"`
	ReceivedAt time.Time `json:"received_at"`
	Event      event     `json:"event"`
}

func inboxDir() string        { return filepath.Join(config.dataDir, "inbox") }
func inbox(id string) string  { return filepath.Join(inboxDir(), fileName(id)+".sealed") }
func worked(id string) string { return filepath.Join(config.dataDir, "worked", fileName(id)) }

// isGenuine says whether Revento signed these bytes with one of our secrets, within the last five minutes.
func isGenuine(body []byte, timestamp, signature string) bool {
	seconds, err := strconv.ParseUint(timestamp, 10, 40)
	if age := time.Now().Unix() - int64(seconds); err != nil || age > tolerance || age < -tolerance {
		return false
	}
	isMatch := false
	for _, secret := range config.webhookSecrets {
		mac := hmac.New(sha256.New, []byte(secret))
		fmt.Fprintf(mac, "%s.%s", timestamp, body)
		expected := fmt.Sprintf("sha256=%x", mac.Sum(nil))
		isMatch = hmac.Equal([]byte(expected), []byte(signature)) || isMatch
	}
	return isMatch
}

// receive gives the status for a delivery. It is on disk before it is acknowledged, so a crash loses nothing.
func receive(header http.Header, body []byte) int {
	id := header.Get("X-Revento-Delivery-Id")
	timestamps, signatures := header["X-Revento-Timestamp"], header["X-Revento-Signature"]
	isComplete := id != "" && header.Get("X-Revento-Event") != "" && len(timestamps) == 1 && len(signatures) == 1
	if !isComplete || !isGenuine(body, timestamps[0], signatures[0]) {
		log("delivery refused", nil)
		return http.StatusUnauthorized
	}
	var sent event
	json.Unmarshal(body, &sent) // only now: nobody but Revento gets here; a field of another type is left empty
	if sent.Type == "" {
		return http.StatusBadRequest
	}
	// In this order: a delivery that has left the inbox is marked already.
	isRepeat, err := exists(inbox(id), worked(id))
	log("delivery received", fields{"delivery_id": id, "event_id": sent.EventID, "type": sent.Type, "repeat": isRepeat})
	if isRepeat {
		return http.StatusNoContent
	}
	// Of the type in the body, which is signed: requests stop at once, what is held is deleted as work.
	if err == nil && sent.Type == deletion {
		err = store(sent.connection().ended(deletion))
	}
	if err == nil { // what is in the inbox counts as received, also when it is sent again
		err = writeSealed(inbox(id), delivery{id, time.Now(), sent})
	}
	if err != nil {
		log("delivery not stored", fields{"delivery_id": id, "error": err.Error()})
		return http.StatusInternalServerError
	}
	select {
	case woken <- struct{}{}:
	default:
	}
	return http.StatusNoContent
}

var woken = make(chan struct{}, 1)

// workDeliveries processes deliveries for as long as the program runs.
func workDeliveries(work func(event, string) error) {
	for {
		if err := workWaiting(work); err != nil {
			log("inbox failed", fields{"error": err.Error()})
		}
		select {
		case <-woken:
		case <-time.After(10 * time.Second): // for what failed
		}
	}
}

// workWaiting processes the inbox, oldest first, in one process at a time.
//
// A crash between the work and its mark calls work again, so it has to write the id of the delivery together with what it
// changes: here in one file, with a database in one transaction.
func workWaiting(work func(event, string) error) error {
	return locked("inbox", func() error {
		waiting, err := readAllSealed[delivery](inboxDir())
		sort.Slice(waiting, func(a, b int) bool { return waiting[a].ReceivedAt.Before(waiting[b].ReceivedAt) })
		for _, one := range waiting {
			if err := finished(one, work); err != nil { // which must not hold up the others
				log("delivery failed", fields{"delivery_id": one.ID, "error": err.Error()})
			}
		}
		return err
	})
}

func finished(one delivery, work func(event, string) error) error {
	isWorked, err := exists(worked(one.ID))
	if err == nil && !isWorked {
		if err = work(one.Event, one.ID); err == nil {
			err = createOnce(worked(one.ID))
		}
	}
	if err != nil {
		return err
	}
	log("delivery worked", fields{"delivery_id": one.ID, "event_id": one.Event.EventID, "type": one.Event.Type})
	return os.Remove(inbox(one.ID))
}
