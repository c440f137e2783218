package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math/rand"
	"net/http"
	"net/url"
	"strconv"
	"sync"
	"time"
)

const (
	tries    = 5
	inFlight = 5
	// Lists longer than this are read at the pace that the limit of 30 a minute allows.
	pagesAtOnce = 20
)

// apiError is what Revento refused; code is its word for it.
type apiError struct {
	code      string
	status    int
	requestID string
}

func (a *apiError) Error() string {
	return fmt.Sprintf("%s (%d), request %s", a.code, a.status, a.requestID)
}

// gate is what all requests for one event share: places in flight, and a pause that Revento asked for.
type gate struct {
	places      chan struct{}
	lock        sync.Mutex
	pausedUntil time.Time
}

var gates sync.Map

func gateOf(eventID string) *gate {
	found, _ := gates.LoadOrStore(eventID, &gate{places: make(chan struct{}, inFlight)})
	return found.(*gate)
}

func (g *gate) enter() {
	g.places <- struct{}{}
	for left := g.left(); left > 0; left = g.left() {
		time.Sleep(left)
	}
}

func (g *gate) leave() { <-g.places }

func (g *gate) left() time.Duration {
	g.lock.Lock()
	defer g.lock.Unlock()
	return time.Until(g.pausedUntil)
}

func (g *gate) pause(length time.Duration) {
	g.lock.Lock()
	defer g.lock.Unlock()
	g.pausedUntil = time.Now().Add(length)
}

type answer struct {
	requestID  string
	status     int
	body       []byte
	code       string
	retryAfter time.Duration
	failure    error
}

// get decodes one resource into value.
func get(eventID, path string, value any) error {
	shared := gateOf(eventID)
	hasRefreshed := false
	for try := 1; ; try++ {
		connected, err := loginFor(eventID)
		if err != nil {
			return err
		}
		shared.enter()
		found := send(connected, path)
		shared.leave()
		if found.status == 200 && found.failure == nil {
			return json.Unmarshal(found.body, value)
		}
		if found.code == "token_expired" && !hasRefreshed {
			hasRefreshed = true
			if _, err := refreshed(connected, requestTokens); err != nil {
				return err
			}
			continue
		}
		if found.code == "token_revoked" {
			return firstOf(end(connected.EventID, connected.OrganizationID, found.code), errLoginEnded)
		}
		pause, mayRepeat := pauseAfter(found, try)
		if !mayRepeat || try == tries {
			return firstOf(found.failure, &apiError{found.code, found.status, found.requestID})
		}
		// A pause that Revento asks for holds for all requests with this token.
		if found.retryAfter > 0 {
			shared.pause(found.retryAfter)
		} else {
			time.Sleep(pause)
		}
	}
}

// pauseAfter is how long to wait before the next try, if there may be one. It branches on codes, never on messages.
func pauseAfter(found answer, try int) (time.Duration, bool) {
	jitter := func(length time.Duration) time.Duration {
		return length + time.Duration(rand.Int63n(int64(length)/4))
	}
	switch {
	case found.code == "concurrent_limit_exceeded":
		return jitter(300 * time.Millisecond), true
	case found.status == 429:
		return 2 * time.Second << try, true
	case found.failure != nil || found.status >= 500: // no answer, or half of one: reads may be sent again
		return jitter(500 * time.Millisecond << (try - 1)), true
	}
	return 0, false
}

var apiClient = &http.Client{
	Timeout:       20 * time.Second,
	CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
}

func send(connected login, path string) (found answer) {
	found.requestID = newUUID()
	started := time.Now()
	defer func() {
		ms := time.Since(started).Milliseconds()
		log("api request", fields{"request_id": found.requestID, "event_id": connected.EventID, "status": found.status, "ms": ms})
	}()
	request, err := http.NewRequest("GET", config.apiBase+path, nil)
	if err != nil {
		found.failure = err
		return
	}
	request.Header.Set("Authorization", "Bearer "+connected.AccessToken)
	request.Header.Set("Accept", "application/vnd.revento.v1+json")
	request.Header.Set("X-Revento-Request-Id", found.requestID)
	response, err := apiClient.Do(request)
	if err != nil {
		found.failure = err
		return
	}
	defer response.Body.Close()
	found.status = response.StatusCode
	if seconds, err := strconv.Atoi(response.Header.Get("Retry-After")); err == nil {
		found.retryAfter = time.Duration(seconds) * time.Second
	}
	found.body, err = io.ReadAll(response.Body)
	var refusal struct {
		Error string `json:"error"`
	}
	err = firstOf(err, json.Unmarshal(found.body, &refusal))
	if found.status == 200 {
		found.failure = err
	} else {
		found.code = refusal.Error
	}
	return
}

// newUUID is a version 4 UUID.
func newUUID() string {
	b := randomBytes(16)
	b[6], b[8] = b[6]&0x0f|0x40, b[8]&0x3f|0x80
	return fmt.Sprintf("%x-%x-%x-%x-%x", b[:4], b[4:6], b[6:8], b[8:10], b[10:])
}

type row = map[string]any

// eachRow calls take with every row of a list, however many pages it has.
func eachRow(eventID, path string, take func(row) error) error {
	seen := map[string]bool{}
	query := url.Values{"limit": {"50"}}
	for {
		var page struct {
			Data       []row   `json:"data"`
			NextCursor *string `json:"next_cursor"`
			HasMore    bool    `json:"has_more"`
		}
		if err := get(eventID, path+"?"+query.Encode(), &page); err != nil {
			return err
		}
		for _, one := range page.Data {
			if err := take(one); err != nil {
				return err
			}
		}
		if !page.HasMore {
			return nil
		}
		if page.NextCursor == nil || seen[*page.NextCursor] {
			return errors.New("the list does not end")
		}
		seen[*page.NextCursor] = true
		query.Set("cursor", *page.NextCursor)
		if len(seen) > pagesAtOnce {
			time.Sleep(2100 * time.Millisecond)
		}
	}
}
