package main

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"sort"
	"strconv"
	"strings"
	"time"
)

const (
	tolerance = 300 // seconds
	deletion  = "data.deletion_required"
)

var (
	timestampForm = regexp.MustCompile(`^[0-9]{1,12}$`)
	signatureForm = regexp.MustCompile(`^sha256=[0-9a-f]{64}$`)
)

// event is the envelope of a delivery; for what concerns the whole integration the ids are empty.
type event struct {
	Type           string          `json:"type"`
	OccurredAt     string          `json:"occurred_at"`
	EventID        string          `json:"event_id"`
	OrganizationID string          `json:"organization_id"`
	Data           json.RawMessage `json:"data"`
}

type delivery struct {
	ID         string    `json:"id"`
	ReceivedAt time.Time `json:"received_at"`
	Event      event     `json:"event"`
}

func inbox(name string) string  { return filepath.Join(config.dataDir, "inbox", name+".sealed") }
func worked(name string) string { return filepath.Join(config.dataDir, "worked", name) }

// isGenuine says whether Revento signed these bytes with one of our secrets, within the last five minutes.
func isGenuine(body []byte, timestamp, signature string) bool {
	if !timestampForm.MatchString(timestamp) || !signatureForm.MatchString(signature) {
		return false
	}
	seconds, _ := strconv.ParseInt(timestamp, 10, 64)
	if age := time.Now().Unix() - seconds; age > tolerance || age < -tolerance {
		return false
	}
	claimed, _ := hex.DecodeString(strings.TrimPrefix(signature, "sha256="))
	isMatch := false
	for _, secret := range config.webhookSecrets {
		mac := hmac.New(sha256.New, secret)
		mac.Write([]byte(timestamp + "."))
		mac.Write(body)
		isMatch = hmac.Equal(mac.Sum(nil), claimed) || isMatch
	}
	return isMatch
}

// receive gives the status for a delivery. It is on disk before it is acknowledged, so a crash loses nothing.
func receive(header http.Header, body []byte) int {
	id := header.Get("X-Revento-Delivery-Id")
	isComplete := id != "" && header.Get("X-Revento-Event") != ""
	if !isComplete || !isGenuine(body, header.Get("X-Revento-Timestamp"), header.Get("X-Revento-Signature")) {
		log("delivery refused", nil)
		return http.StatusUnauthorized
	}
	var sent event
	if json.Unmarshal(body, &sent) != nil || sent.Type == "" { // only now: nobody but Revento gets here
		return http.StatusBadRequest
	}
	name := fileName(id)
	// In this order: a delivery that has left the inbox is marked already.
	isRepeat := exists(inbox(name)) || exists(worked(name))
	log("delivery received", fields{"delivery_id": id, "event_id": sent.EventID, "type": sent.Type, "repeat": isRepeat})
	if isRepeat {
		return http.StatusNoContent
	}
	var err error
	// Of the type in the body, which is signed: requests stop at once, what is held is deleted as work.
	if sent.Type == deletion {
		err = store(login{EventID: sent.EventID, OrganizationID: sent.OrganizationID, Ended: deletion})
	}
	err = firstOf(err, writeSealed(inbox(name), delivery{id, time.Now(), sent}))
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
	sweep()
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
		waiting := readAllSealed[delivery](filepath.Dir(inbox("")))
		sort.Slice(waiting, func(a, b int) bool { return waiting[a].ReceivedAt.Before(waiting[b].ReceivedAt) })
		for _, one := range waiting {
			ids := fields{"delivery_id": one.ID, "event_id": one.Event.EventID, "type": one.Event.Type}
			if err := finished(one, work); err != nil {
				ids["error"] = err.Error()
				log("delivery failed", ids)
			} else {
				log("delivery worked", ids)
			}
		}
		return nil
	})
}

func finished(one delivery, work func(event, string) error) error {
	name := fileName(one.ID)
	if !exists(worked(name)) {
		if err := work(one.Event, one.ID); err != nil {
			return err
		}
	}
	if _, err := createOnce(worked(name)); err != nil {
		return err
	}
	return os.Remove(inbox(name))
}
