// The mirror of participants that webhooks and syncs keep up to date.
package main

import (
	"encoding/json"
	"net/url"
	"os"
	"path/filepath"
	"sort"
	"strings"
	"sync"
	"time"
)

// held is what the mirror has of one participant.
type held struct {
	Row row `json:"row"`
	// When the last delivery about it happened, by Revento's clock.
	OccurredAt string `json:"occurred_at"`
	DeliveryID string `json:"delivery_id"`
	// When it was written, by ours.
	WrittenAt time.Time `json:"written_at"`
}

func mirrorOf(eventID string) string {
	return filepath.Join(config.dataDir, "participants", fileName(eventID))
}

// remember changes what is held of one participant; change says whether there is something to write.
func remember(eventID, organizationID, participantID string, change func(*held) bool) error {
	return locked("mirror", func() error {
		// A deletion that comes from now on waits for this lock, and then deletes what is written here.
		if isGone, err := isDeleted(eventID, organizationID); err != nil || isGone {
			return err
		}
		path := filepath.Join(mirrorOf(eventID), fileName(eventID, participantID)+".sealed")
		one, err := readSealed[held](path)
		if one == nil {
			one = &held{}
		}
		if err != nil || !change(one) {
			return err
		}
		one.WrittenAt = time.Now()
		return writeSealed(path, one)
	})
}

func participants(eventID string) []row {
	found := []row{}
	for _, one := range readAllSealed[held](mirrorOf(eventID)) {
		found = append(found, one.Row)
	}
	return found
}

// work is what a delivery changes. It contains a snapshot, so no API request is needed.
func work(sent event, deliveryID string) error {
	if sent.Type == deletion {
		return locked("mirror", func() error { return os.RemoveAll(mirrorOf(sent.EventID)) })
	}
	changes := changesOf(sent)
	id := changes.text("id")
	if id == "" {
		return nil // a type that this integration does not know, or does not need
	}
	return remember(sent.EventID, sent.OrganizationID, id, func(one *held) bool {
		if one.DeliveryID == deliveryID {
			return false // a crash came before its mark
		}
		if one.OccurredAt > sent.OccurredAt {
			return false // a newer delivery came first
		}
		if one.Row == nil {
			one.Row = row{}
		}
		for name, value := range changes {
			one.Row[name] = value
		}
		one.OccurredAt, one.DeliveryID = sent.OccurredAt, deliveryID
		return true
	})
}

func changesOf(sent event) row {
	var data row
	if json.Unmarshal(sent.Data, &data) != nil {
		return nil
	}
	if strings.HasPrefix(sent.Type, "participant.") {
		return data
	}
	changes := row{}
	if strings.HasPrefix(sent.Type, "application.") {
		for name, heldAs := range map[string]string{
			"participant_id": "id", "status": "application_status", "user_id": "user_id", "custom_form_fields": "custom_form_fields",
		} {
			if value, isThere := data[name]; isThere {
				changes[heldAs] = value
			}
		}
	}
	return changes
}

type syncRun struct {
	once   sync.Once
	result fields
	err    error
}

var syncs sync.Map

// syncEvent reads an event; concurrent calls share one read.
func syncEvent(eventID string) (fields, error) {
	found, _ := syncs.LoadOrStore(eventID, &syncRun{})
	run := found.(*syncRun)
	run.once.Do(func() {
		defer syncs.Delete(eventID)
		run.result, run.err = readEvent(eventID)
	})
	return run.result, run.err
}

// readEvent reads what the organizer permitted: all but `event.read` may have been left out.
func readEvent(eventID string) (fields, error) {
	connected, err := loginFor(eventID)
	if err != nil {
		return nil, err
	}
	path, startedAt, newest := "/events/"+url.PathEscape(eventID), time.Now(), ""
	// A read is as new as what is held, unless a sandbox had its clock ahead: a delivery from before that is older.
	for _, one := range readAllSealed[held](mirrorOf(eventID)) {
		if one.OccurredAt < startedAt.UTC().Format(time.RFC3339) {
			newest = latest(newest, one.OccurredAt)
		}
	}
	var found row
	if err := get(eventID, path, &found); err != nil {
		return nil, err
	}
	participants := started(connected.mayRead("participants.read"), func() (int, error) {
		return readParticipants(connected, path+"/participants", startedAt, newest)
	})
	activities := started(connected.mayRead("program.read"), func() (int, error) {
		return eachRow(eventID, path+"/activities", func(row) error { return nil })
	})
	one, other := <-participants, <-activities
	counts := fields{"event_id": eventID, "title": found["title"], "participants": one.count, "activities": other.count}
	return counts, firstOf(one.err, other.err)
}

type reading struct {
	count any
	err   error
}

func started(isPermitted bool, read func() (int, error)) <-chan reading {
	ended := make(chan reading, 1)
	go func() {
		found := reading{count: "not permitted"}
		if isPermitted {
			found.count, found.err = read()
		}
		ended <- found
	}()
	return ended
}

func readParticipants(connected login, path string, startedAt time.Time, newest string) (int, error) {
	return eachRow(connected.EventID, path, func(one row) error {
		return remember(connected.EventID, connected.OrganizationID, one.text("id"), func(kept *held) bool {
			if kept.WrittenAt.After(startedAt) {
				return false // what a delivery wrote meanwhile is newer than this page
			}
			kept.Row, kept.OccurredAt = one, latest(kept.OccurredAt, one.text("last_reviewed_at"), newest)
			return true
		})
	})
}

// latest is the last of ISO 8601 times, some of which may be missing.
func latest(times ...string) string {
	sort.Strings(times)
	return times[len(times)-1]
}
