package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math"
	"math/rand"
	"net/http"
	"net/url"
	"strconv"
	"sync"
	"sync/atomic"
	"time"
)

const (
	tries    = 5
	inFlight = 5
	// Lists longer than this are read at the pace that the limit of 30 a minute allows.
	pagesAtOnce = 20
	// A pause that is longer is taken for a mistake.
	longestPause = 3600 // seconds
)

// apiError is what Revento refused; code is its error code.
type apiError struct {
	code, requestID string
	status          int
	retryAfter      time.Duration
}

func (a *apiError) Error() string {
	return fmt.Sprintf("%s (%d), request %s", a.code, a.status, a.requestID)
}

// gate is what all requests for one event share: places in flight, and a pause that Revento asked for.
type gate struct {
	places      chan struct{}
	pausedUntil atomic.Int64 // nanoseconds since 1970
}

var gates sync.Map

func gateOf(eventID string) *gate {
	found, _ := gates.LoadOrStore(eventID, &gate{places: make(chan struct{}, inFlight)})
	return found.(*gate)
}

func (g *gate) send(connected login, path string) ([]byte, error) {
	g.places <- struct{}{}
	defer func() { <-g.places }()
	for time.Now().UnixNano() < g.pausedUntil.Load() {
		time.Sleep(10 * time.Millisecond)
	}
	return send(connected, path)
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
		body, err := shared.send(connected, path)
		if err == nil {
			return json.Unmarshal(body, value)
		}
		refused := &apiError{}
		errors.As(err, &refused)
		switch pause := pauseAfter(refused, try); {
		case refused.code == "token_expired" && !hasRefreshed:
			hasRefreshed = true
			if _, err := refreshed(connected, requestTokens); err != nil {
				return err
			}
		case refused.code == "token_revoked":
			if err := replace(connected, connected.ended(refused.code)); err != nil {
				return err
			}
		case pause == 0 || try >= tries:
			return err
		case refused.retryAfter > 0: // a pause that Revento asks for applies to all requests with this token
			shared.pausedUntil.Store(time.Now().Add(refused.retryAfter).UnixNano())
		default:
			time.Sleep(pause)
		}
	}
}

// pauseAfter is how long to wait before the next try; 0: not again. It branches on codes, never on messages.
func pauseAfter(refused *apiError, try int) time.Duration {
	jitter := func(length time.Duration) time.Duration {
		return length + time.Duration(rand.Int63n(int64(length)/4))
	}
	switch {
	case refused.code == "concurrent_limit_exceeded":
		return jitter(300 * time.Millisecond)
	case refused.status == http.StatusTooManyRequests:
		return jitter(2 * time.Second << try)
	case refused.status == 0 || refused.status >= 500: // no answer, or half of one: reads may be sent again
		return jitter(500 * time.Millisecond << (try - 1))
	}
	return 0
}

var apiClient = newClient(20*time.Second, http.DefaultTransport)

// newClient follows no redirects: what it sends is for Revento only.
func newClient(timeout time.Duration, transport http.RoundTripper) *http.Client {
	stay := func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	return &http.Client{Timeout: timeout, CheckRedirect: stay, Transport: transport}
}

// send gives the body of an answer, an apiError, or the failure of the network.
func send(connected login, path string) ([]byte, error) {
	request, err := http.NewRequest("GET", config.apiBase+path, nil)
	if err != nil {
		return nil, err
	}
	found := apiError{requestID: newUUID()}
	started := time.Now()
	defer func() {
		ms := time.Since(started).Milliseconds()
		log("api request", fields{"request_id": found.requestID, "event_id": connected.EventID, "status": found.status, "ms": ms})
	}()
	request.Header.Set("Authorization", "Bearer "+connected.AccessToken)
	request.Header.Set("Accept", "application/vnd.revento.v1+json")
	request.Header.Set("X-Revento-Request-Id", found.requestID)
	response, err := apiClient.Do(request)
	if err != nil {
		return nil, err
	}
	defer response.Body.Close()
	found.status = response.StatusCode
	body, err := io.ReadAll(response.Body)
	if found.status == http.StatusOK {
		if err == nil && !json.Valid(body) {
			err = errors.New("the answer is not JSON")
		}
		return body, err
	}
	var refusal struct {
		Error string `json:"error"`
	}
	json.Unmarshal(body, &refusal) // a proxy may answer with anything: the status says enough then
	found.code = refusal.Error
	if seconds, err := strconv.Atoi(response.Header.Get("Retry-After")); err == nil && seconds > 0 {
		found.retryAfter = time.Duration(math.Min(float64(seconds), longestPause)) * time.Second
	}
	return nil, &found
}

// newUUID is a version 4 UUID.
func newUUID() string {
	b := randomBytes(16)
	b[6], b[8] = b[6]&0x0f|0x40, b[8]&0x3f|0x80
	return fmt.Sprintf("%x-%x-%x-%x-%x", b[:4], b[4:6], b[6:8], b[8:10], b[10:])
}

// row is a resource. Its values stay as Revento wrote them: a large number would lose digits.
type row map[string]json.RawMessage

// text is the text of a field, or "".
func (r row) text(name string) (text string) {
	json.Unmarshal(r[name], &text)
	return text
}

// eachRow calls take with every row of a list, however many pages it has, and counts them.
func eachRow(eventID, path string, take func(row) error) (count int, err error) {
	seen := map[string]bool{}
	query := url.Values{"limit": {"50"}}
	for {
		var page struct {
			Data       []row   `json:"data"`
			NextCursor *string `json:"next_cursor"`
			HasMore    bool    `json:"has_more"`
		}
		if err := get(eventID, path+"?"+query.Encode(), &page); err != nil {
			return count, err
		}
		for _, one := range page.Data {
			if err := take(one); err != nil {
				return count, err
			}
			count++
		}
		if !page.HasMore {
			return count, nil
		}
		if page.NextCursor == nil || seen[*page.NextCursor] {
			return count, errors.New("the list does not end")
		}
		seen[*page.NextCursor] = true
		query.Set("cursor", *page.NextCursor)
		if len(seen) > pagesAtOnce {
			time.Sleep(2100 * time.Millisecond)
		}
	}
}
