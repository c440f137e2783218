package main

import (
	"encoding/json"
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

// gate is what all requests for one event share: places in flight, and a pause that Revento asked for.
type gate struct {
	places      chan struct{}
	pausedUntil atomic.Int64 // nanoseconds since 1970
}

var gates sync.Map

// answer is what Revento said. The status is 0 where it said nothing, half a body is not JSON; only failures have a code.
type answer struct {
	status     int
	code       string
	body       []byte
	row        row
	retryAfter time.Duration
	requestID  string
}

// refusal is the error for an answer that is of no use.
func (a answer) refusal() error {
	return fmt.Errorf("%s (%d), request %s", valueOr(a.code, "unexpected_answer"), a.status, a.requestID)
}

// get reads a resource of an event, or the event itself.
func get(eventID, path string) (got answer, err error) {
	found, _ := gates.LoadOrStore(eventID, &gate{places: make(chan struct{}, inFlight)})
	shared := found.(*gate)
	hasRefreshed := false
	for try := 1; err == nil; try++ {
		var connected login
		if connected, err = loginFor(eventID); err != nil {
			break
		}
		got = shared.send(connected, path)
		pause := pauseAfter(got, try)
		switch {
		case got.status == http.StatusOK && json.Valid(got.body):
			return got, nil
		case got.code == "token_expired" && !hasRefreshed:
			hasRefreshed = true
			_, err = refreshed(connected, requestTokens)
		case got.code == "token_revoked":
			err = replace(connected, connected.ended(got.code))
		case pause == 0 || try >= tries:
			err = got.refusal()
		case got.retryAfter > 0: // a pause that Revento asks for applies to all requests with this token
			shared.pausedUntil.Store(time.Now().Add(got.retryAfter).UnixNano())
		default:
			time.Sleep(pause)
		}
	}
	return got, err
}

// pauseAfter is how long to wait before the next try; 0: not again. It branches on codes, never on messages.
func pauseAfter(got answer, try int) (pause time.Duration) {
	switch {
	case got.code == "concurrent_limit_exceeded":
		pause = 300 * time.Millisecond
	case got.status == http.StatusTooManyRequests:
		pause = 2 * time.Second << try
	case got.status <= http.StatusOK || got.status >= 500: // no answer, or half of one: reads may be sent again
		pause = 500 * time.Millisecond << (try - 1)
	}
	return pause + time.Duration(rand.Float64()*float64(pause)/4)
}

var apiClient = newClient(20*time.Second, http.DefaultTransport)

// newClient follows no redirects: what it sends is for Revento only.
func newClient(timeout time.Duration, transport http.RoundTripper) *http.Client {
	stay := func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	return &http.Client{Timeout: timeout, CheckRedirect: stay, Transport: transport}
}

func (g *gate) send(connected login, path string) answer {
	g.places <- struct{}{}
	defer func() { <-g.places }()
	for time.Now().UnixNano() < g.pausedUntil.Load() {
		time.Sleep(10 * time.Millisecond)
	}
	requestID := fmt.Sprintf("%x", randomBytes(16))
	request := must(http.NewRequest("GET", config.apiBase+"/events/"+url.PathEscape(connected.EventID)+path, nil))
	request.Header.Set("Authorization", "Bearer "+connected.AccessToken)
	request.Header.Set("Accept", "application/vnd.revento.v1+json")
	request.Header.Set("X-Revento-Request-Id", requestID)
	started := time.Now()
	got := exchange(apiClient, request)
	got.requestID = requestID
	ms := time.Since(started).Milliseconds()
	log("api request", fields{"request_id": requestID, "event_id": connected.EventID, "status": got.status, "ms": ms})
	return got
}

func exchange(client *http.Client, request *http.Request) answer {
	response, err := client.Do(request)
	if err != nil {
		log("no answer", fields{"error": err.Error()})
		return answer{code: "unreachable"}
	}
	defer response.Body.Close()
	body, _ := io.ReadAll(response.Body)
	var found row // empty where the body is something else: a proxy may answer with anything
	json.Unmarshal(body, &found)
	seconds, _ := strconv.ParseUint(response.Header.Get("Retry-After"), 10, 64) // 0 where it is not a number
	pause := time.Duration(math.Min(float64(seconds), longestPause)) * time.Second
	return answer{status: response.StatusCode, code: found.text("error"), body: body, row: found, retryAfter: pause}
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
		got, err := get(eventID, path+"?"+query.Encode())
		if err != nil {
			return count, err
		}
		// Not the end of the list, unless it says so: rows would be missing, and nobody would know.
		next, isLast := got.row.text("next_cursor"), string(got.row["has_more"]) == "false"
		isMore := string(got.row["has_more"]) == "true" && next != "" && !seen[next]
		var rows []row
		if err := json.Unmarshal(got.row["data"], &rows); err != nil || rows == nil || !isLast && !isMore {
			return count, got.refusal()
		}
		for _, one := range rows {
			if one == nil {
				return count, got.refusal()
			}
			if err := take(one); err != nil {
				return count, err
			}
			count++
		}
		if isLast {
			return count, nil
		}
		seen[next] = true
		query.Set("cursor", next)
		if len(seen) > pagesAtOnce {
			time.Sleep(2100 * time.Millisecond)
		}
	}
}
