// The mirror of participants that webhooks and syncs keep up to date.
package main

import (
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
	// When the last change of it that is known happened, by Revento's clock.
	OccurredAt string `json:"occurred_at"`
	DeliveryID string `json:"delivery_id"`
	// When it was written, by ours.
	WrittenAt time.Time `json:"written_at"`
}

func mirrorOf(eventID string) string {
	return filepath.Join(config.dataDir, "participants", fileName(eventID))
}

// remember changes what is held of one participant; change says whether there is something to write.
func remember(connection login, participantID string, change func(*held) bool) error {
	path := filepath.Join(mirrorOf(connection.EventID), fileName(connection.EventID, participantID)+".sealed")
	return locked("mirror", func() error {
		// A deletion that comes from now on waits for this lock, and then deletes what is written here.
		current, err := readSealed[login](connection.path())
		if err != nil || current.Ended == deletion {
			return err
		}
		one, err := readSealed[held](path)
		if one.Row == nil {
			one.Row = row{}
		}
		if err != nil || !change(&one) {
			return err
		}
		one.WrittenAt = time.Now()
		return writeSealed(path, one)
	})
}

func participants(eventID string) ([]row, error) {
	all, err := readAllSealed[held](mirrorOf(eventID))
	found := []row{}
	for _, one := range all {
		found = append(found, one.Row)
	}
	return found, err
}

// work is what a delivery changes. It contains a snapshot, so no API request is needed.
func work(sent event, deliveryID string) error {
	if sent.Type == deletion {
		return locked("mirror", func() error { return os.RemoveAll(mirrorOf(sent.EventID)) })
	}
	changes := changesOf(sent)
	id := changes.text("id")
	if id == "" || sent.EventID == "" || sent.OrganizationID == "" || sent.OccurredAt == "" {
		return nil // a type that this integration does not know, or does not need
	}
	return remember(sent.connection(), id, func(one *held) bool {
		// A crash came before its mark, or something newer came first.
		if one.DeliveryID == deliveryID || one.OccurredAt > sent.OccurredAt {
			return false
		}
		for name, value := range changes {
			one.Row[name] = value
		}
		one.OccurredAt, one.DeliveryID = sent.OccurredAt, deliveryID
		return true
	})
}

// What is held of a participant, by its name in the data of `application.*`.
var applicationFields = map[string]string{
	"participant_id": "id", "status": "application_status", "user_id": "user_id", "custom_form_fields": "custom_form_fields",
}

func changesOf(sent event) row {
	if strings.HasPrefix(sent.Type, "participant.") {
		return sent.Data
	}
	if !strings.HasPrefix(sent.Type, "application.") {
		return nil
	}
	changes := row{}
	for name, heldAs := range applicationFields {
		if value, isThere := sent.Data[name]; isThere && string(value) != "null" {
			changes[heldAs] = value
		}
	}
	return changes
}

type syncRun struct {
	sync.Once
	result fields
	err    error
}

var syncs sync.Map

// syncEvent reads an event; concurrent calls share one read.
func syncEvent(eventID string) (fields, error) {
	found, _ := syncs.LoadOrStore(eventID, &syncRun{})
	run := found.(*syncRun)
	run.Do(func() {
		defer syncs.Delete(eventID)
		run.result, run.err = readEvent(eventID)
	})
	return run.result, run.err
}

// readEvent reads what the organizer permitted: all but `event.read` may have been left out.
func readEvent(eventID string) (fields, error) {
	connected, err := loginFor(eventID)
	known, unread := readAllSealed[held](mirrorOf(eventID))
	if err := firstOf(err, unread); err != nil {
		return nil, err
	}
	startedAt, newest := time.Now(), ""
	// A read is as new as what is held, unless a sandbox had its clock ahead: a delivery from before that is older.
	for _, one := range known {
		if one.OccurredAt < startedAt.UTC().Format(time.RFC3339) {
			newest = latest(newest, one.OccurredAt)
		}
	}
	found, err := get(eventID, "")
	if err != nil {
		return nil, err
	}
	read := func(list, scope string, count *any, take func(row) error) (err error) {
		*count = "not permitted"
		if strings.Contains(" "+connected.Scope+" ", " "+scope+" ") {
			*count, err = eachRow(eventID, "/"+list, take)
		}
		return err
	}
	var participants, activities any
	done := make(chan error)
	go func() { done <- read("activities", "program.read", &activities, func(row) error { return nil }) }()
	err = read("participants", "participants.read", &participants, func(one row) error {
		// Whatever the id is, no other row takes its place.
		return remember(connected, valueOr(one.text("id"), string(one["id"])), func(kept *held) bool {
			if kept.WrittenAt.After(startedAt) {
				return false // what a delivery wrote meanwhile is newer than this page
			}
			kept.Row, kept.OccurredAt = one, latest(kept.OccurredAt, one.text("last_reviewed_at"), newest)
			return true
		})
	})
	err = firstOf(err, <-done)
	return fields{"event_id": eventID, "title": found.row["title"], "participants": participants, "activities": activities}, err
}

// latest is the last of ISO 8601 times, some of which may be missing.
func latest(times ...string) string {
	sort.Strings(times)
	return times[len(times)-1]
}
