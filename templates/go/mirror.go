// The mirror of participants that webhooks and syncs keep up to date.
package main

import (
	"net/url"
	"os"
	"path/filepath"
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
		if isDeleted(eventID, organizationID) {
			return nil
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
	id, isText := changes["id"].(string)
	if !isText {
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
	if strings.HasPrefix(sent.Type, "participant.") {
		return sent.Data
	}
	if !strings.HasPrefix(sent.Type, "application.") {
		return nil
	}
	changes := row{"id": sent.Data["participant_id"], "application_status": sent.Data["status"]}
	for _, name := range []string{"user_id", "custom_form_fields"} {
		if value, isThere := sent.Data[name]; isThere {
			changes[name] = value
		}
	}
	return changes
}

type syncRun struct {
	once   sync.Once
	result row
	err    error
}

var syncs sync.Map

// syncEvent reads an event; concurrent calls share one read.
func syncEvent(eventID string) (row, error) {
	found, _ := syncs.LoadOrStore(eventID, &syncRun{})
	run := found.(*syncRun)
	run.once.Do(func() {
		defer syncs.Delete(eventID)
		run.result, run.err = readEvent(eventID)
	})
	return run.result, run.err
}

// readEvent reads what the organizer permitted: all but `event.read` may have been left out.
func readEvent(eventID string) (row, error) {
	connected, err := loginFor(eventID)
	if err != nil {
		return nil, err
	}
	path := "/events/" + url.PathEscape(eventID)
	var found row
	if err := get(eventID, path, &found); err != nil {
		return nil, err
	}
	result := row{"event_id": eventID, "title": found["title"], "participants": "not permitted", "activities": "not permitted"}
	startedAt := time.Now()
	take := map[string]func(row) error{
		"activities": func(row) error { return nil },
		"participants": func(one row) error {
			id, _ := one["id"].(string)
			return remember(eventID, connected.OrganizationID, id, func(kept *held) bool {
				// What a delivery wrote meanwhile is newer than this page.
				isOlder := kept.WrittenAt.Before(startedAt)
				if isOlder {
					kept.Row = one
				}
				return isOlder
			})
		},
	}
	type list struct {
		name string
		rows int
		err  error
	}
	lists := make(chan list)
	reading := 0
	for name, scope := range map[string]string{"activities": "program.read", "participants": "participants.read"} {
		if !connected.mayRead(scope) {
			continue
		}
		reading++
		go func(read list) {
			read.err = eachRow(eventID, path+"/"+read.name, func(one row) error {
				read.rows++
				return take[read.name](one)
			})
			lists <- read
		}(list{name: name})
	}
	for ; reading > 0; reading-- {
		read := <-lists
		result[read.name] = read.rows
		err = firstOf(err, read.err)
	}
	return result, err
}
