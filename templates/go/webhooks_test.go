package main

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"sync"
	"testing"
	"time"
)

const body = `{"id":"1","type":"x","event_id":null,"organization_id":null,"data":{}}`

func signed(id, body, key, timestamp string) http.Header {
	mac := hmac.New(sha256.New, []byte(key))
	mac.Write([]byte(timestamp + "." + body))
	header := http.Header{}
	header.Set("X-Revento-Event", "x")
	header.Set("X-Revento-Delivery-Id", id)
	header.Set("X-Revento-Timestamp", timestamp)
	header.Set("X-Revento-Signature", "sha256="+hex.EncodeToString(mac.Sum(nil)))
	return header
}

func ago(seconds int64) string { return fmt.Sprint(time.Now().Unix() - seconds) }

func TestDeliveries(t *testing.T) {
	secret := config.webhookSecrets[0]
	for name, one := range map[string]struct {
		header http.Header
		body   string
		status int
	}{
		"genuine":              {signed("once", body, secret, ago(0)), body, 204},
		"another secret":       {signed("2", body, "another", ago(0)), body, 401},
		"six minutes old":      {signed("3", body, secret, ago(360)), body, 401},
		"six minutes ahead":    {signed("4", body, secret, ago(-360)), body, 401},
		"not a number":         {signed("5", body, secret, "today"), body, 401},
		"no headers":           {http.Header{}, body, 401},
		"one byte more":        {signed("6", body, secret, ago(0)), body + "\n", 401},
		"signed, but not JSON": {signed("7", "hello", secret, ago(0)), "hello", 400},
		"signed, but null":     {signed("8", "null", secret, ago(0)), "null", 400},
		"without a type":       {signed("9", "{}", secret, ago(0)), "{}", 400},
	} {
		if status := receive(one.header, []byte(one.body)); status != one.status {
			t.Errorf("%s: %d, not %d", name, status, one.status)
		}
	}
	if status := receive(signed("once", body, secret, ago(0)), []byte(body)); status != 204 {
		t.Errorf("a repeat: %d", status)
	}
}

func TestADeliveryOfAnotherShapeIsAcknowledgedAndLeftAlone(t *testing.T) {
	for index, more := range []string{
		`"occurred_at":5`, `"event_id":{}`, `"organization_id":[]`, `"data":"x"`, `"data":null`, `"data":{"id":5}`,
	} {
		inOwnDir(t)
		id, body := fmt.Sprint("odd ", index), `{"type":"participant.registered",`+more+"}"
		status := receive(signed(id, body, config.webhookSecrets[0], ago(0)), []byte(body))
		if err := workWaiting(work); status != 204 || err != nil {
			t.Errorf("%s: %d, %v", more, status, err)
		}
		if !isThere(t, worked(id)) {
			t.Errorf("%s: not worked", more)
		}
	}
}

func TestAnApplicationWithoutAnswersKeepsThoseThatAreHeld(t *testing.T) {
	inOwnDir(t)
	for index, one := range []struct{ kind, data, becomes string }{
		{"application.submitted", `{"participant_id":"p1","custom_form_fields":{"a":1}}`, `{"a":1}`},
		{"application.approved", `{"participant_id":"p1","custom_form_fields":null}`, `{"a":1}`},
		{"application.approved", `{"participant_id":"p1"}`, `{"a":1}`},
		{"participant.registered", `{"id":"p1","custom_form_fields":[12345678901234567890]}`, `[12345678901234567890]`},
		{"participant.registered", `{"id":"p1","custom_form_fields":null}`, "null"},
	} {
		sent := event{Type: one.kind, OccurredAt: "2026", EventID: "evt_1", OrganizationID: "org_1", Data: object(one.data)}
		if err := work(sent, fmt.Sprint(index)); err != nil {
			t.Fatal(err)
		}
		if found := listed(t, sent.EventID); string(found[0]["custom_form_fields"]) != one.becomes {
			t.Errorf("%s: %s", one.data, found)
		}
	}
}

func TestAHeaderCannotEndALogin(t *testing.T) {
	kept := stored(t, "evt_kept")
	body := `{"type":"x","event_id":"evt_kept","organization_id":"org_1","data":{}}`
	header := signed("kept", body, config.webhookSecrets[0], ago(0))
	header.Set("X-Revento-Event", "data.deletion_required")
	status := receive(header, []byte(body))
	if found, err := loginFor("evt_kept"); status != 204 || err != nil || found != kept {
		t.Errorf("%d, %v", status, err)
	}
}

func TestADeletionThatCouldNotEndTheLoginIsTakenWhenItComesAgain(t *testing.T) {
	connection := login{EventID: "evt_blocked", OrganizationID: "org_1"}
	os.MkdirAll(connection.path(), 0o700) // no file can take the place of a directory
	body := `{"type":"data.deletion_required","event_id":"evt_blocked","organization_id":"org_1"}`
	header := signed("blocked", body, config.webhookSecrets[0], ago(0))
	if status := receive(header, []byte(body)); status != 500 {
		t.Errorf("not stored, and answered %d", status)
	}
	os.Remove(connection.path())
	status := receive(header, []byte(body))
	if found, err := readSealed[login](connection.path()); status != 204 || err != nil || found.Ended != deletion {
		t.Errorf("%d, %v, %v", status, found, err)
	}
}

func TestWhatDoesNotSayOfWhichEventOrWhenIsLeftAlone(t *testing.T) {
	for _, sent := range []event{
		{OrganizationID: "org_1", OccurredAt: "2026"}, {EventID: "evt_partial", OccurredAt: "2026"}, {EventID: "evt_partial", OrganizationID: "org_1"},
	} {
		sent.Type, sent.Data = "participant.joined", object(`{"id":"p1"}`)
		if err := work(sent, "partial"); err != nil || len(listed(t, sent.EventID)) > 0 {
			t.Errorf("%v: %v", sent, err)
		}
	}
}

func TestOneInboxIsWorkedOnceByMany(t *testing.T) {
	for count := 0; count < 20; count++ {
		receive(signed(fmt.Sprint("shared ", count), body, config.webhookSecrets[0], ago(0)), []byte(body))
	}
	works := map[string]int{}
	var counting sync.Mutex
	var workers sync.WaitGroup
	for count := 0; count < 4; count++ {
		workers.Add(1)
		go func() {
			defer workers.Done()
			if err := workWaiting(func(_ event, id string) error {
				counting.Lock()
				works[id]++
				counting.Unlock()
				time.Sleep(time.Millisecond) // time for the others to work the same
				return nil
			}); err != nil {
				t.Error(err)
			}
		}()
	}
	workers.Wait()
	for count := 0; count < 20; count++ { // at a sandbox, its own worker takes some of them
		id := fmt.Sprint("shared ", count)
		if works[id] > 1 || !isThere(t, worked(id)) {
			t.Errorf("%s: %d times", id, works[id])
		}
	}
}

func TestADamagedDeliveryDoesNotHoldUpTheOthers(t *testing.T) {
	damaged := inbox("damaged")
	receive(signed("whole", body, config.webhookSecrets[0], ago(0)), []byte(body))
	os.WriteFile(damaged, []byte("damaged"), 0o600)
	defer os.Remove(damaged)
	if err := workWaiting(work); err != nil || !isThere(t, worked("whole")) || !isThere(t, damaged) {
		t.Error(err)
	}
}

func TestALostRefreshKeepsTheMirrorAndADeletionStopsIt(t *testing.T) {
	for reason, count := range map[string]int{"a refresh was never answered": 1, deletion: 0} {
		sent := event{Type: "participant.joined", OccurredAt: "2026", EventID: "evt of " + reason, OrganizationID: "org_1", Data: object(`{"id":"p1","score":12345678901234567890}`)}
		if err := store(login{EventID: sent.EventID, OrganizationID: sent.OrganizationID, Ended: reason}); err != nil {
			t.Fatal(err)
		}
		if err := work(sent, reason); err != nil {
			t.Fatal(err)
		}
		found := listed(t, sent.EventID)
		if len(found) != count {
			t.Errorf("%s: %v", reason, found)
		}
		if count == 1 && string(found[0]["score"]) != "12345678901234567890" {
			t.Errorf("changed on the way: %s", found[0]["score"])
		}
	}
}

func TestADelayedDeliveryIsOlderThanASyncByTheTimesOfRevento(t *testing.T) {
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		io.WriteString(w, `{"data":[{"id":"p1","application_status":"rejected","last_reviewed_at":"2026-01-02T10:00:00.500Z"}],"has_more":false}`)
	}))
	defer server.Close()
	before := config.apiBase
	config.apiBase = server.URL
	defer func() { config.apiBase = before }()
	store(login{EventID: "evt_delayed", OrganizationID: "org_1", RefreshToken: "delayed", Scope: "participants.read"})
	for _, one := range []struct {
		isAfterSync                bool
		about, occurredAt, becomes string
	}{
		{true, "p1", "2026-01-02T09:59:59Z", "rejected"}, // before the review, whatever the clock here says
		{false, "p1", "2026-01-02T10:00:01Z", "approved"},
		{false, "p2", "2026-01-02T12:00:00Z", "approved"}, // the next sync is newer, whomever this was about
		{true, "p1", "2026-01-02T11:00:00Z", "rejected"},
		{false, "p1", "2026-01-02T13:00:00Z", "approved"},
	} {
		if one.isAfterSync {
			if _, err := syncEvent("evt_delayed"); err != nil {
				t.Fatal(err)
			}
		}
		sent := event{Type: "participant.updated", OccurredAt: one.occurredAt, EventID: "evt_delayed", OrganizationID: "org_1"}
		sent.Data = object(fmt.Sprintf(`{"id":"%s","application_status":"approved"}`, one.about))
		if err := work(sent, one.occurredAt); err != nil {
			t.Fatal(err)
		}
		for _, found := range listed(t, "evt_delayed") {
			if status := found.text("application_status"); found.text("id") == one.about && status != one.becomes {
				t.Errorf("%v: %s", one, status)
			}
		}
	}
}
